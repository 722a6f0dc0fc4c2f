"""Filters of the queue under a name: a member's own, or the team's."""

from collections.abc import Mapping

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from reviews.models import QueueView

MOST = 30


class TooMany(Exception):
    """A member keeps no more than `MOST`."""


@transaction.atomic
def save_view(name: str, query: Mapping[str, str], *, is_shared: bool, by: Member) -> QueueView:
    """Keep a filter under `name`; one's own of that name is replaced. Raises `TooMany`."""
    own = QueueView.objects.filter(member=by)
    if not own.filter(name=name).exists() and own.count() >= MOST:
        raise TooMany
    values = {"query": dict(query), "participant": by.participant, "is_shared": is_shared}
    view, _ = QueueView.objects.update_or_create(member=by, name=name, defaults=values)
    record(Event.QUEUE_VIEW_SAVED, view, by=by, fields=sorted(query), is_shared=is_shared)
    return view


@transaction.atomic
def remove_view(view: QueueView, *, by: Member) -> None:
    """Forget it."""
    record(Event.QUEUE_VIEW_REMOVED, view, by=by)
    view.delete()
