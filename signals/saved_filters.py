"""Filters under a name, for the member who saved them."""

from collections.abc import Mapping

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from signals.models import SavedFilter

MOST = 30


class TooMany(Exception):
    """A member keeps no more than `MOST`."""


@transaction.atomic
def save_filter(name: str, query: Mapping[str, str], *, by: Member) -> SavedFilter:
    """Keep a filter under `name`; one of that name is replaced. Raises `TooMany`."""
    own = SavedFilter.objects.visible_to(by)
    if not own.filter(name=name).exists() and own.count() >= MOST:
        raise TooMany
    values = {"query": dict(query), "participant": by.participant}
    saved, _ = SavedFilter.objects.update_or_create(member=by, name=name, defaults=values)
    record(Event.FILTER_SAVED, saved, by=by, fields=sorted(query))
    return saved


@transaction.atomic
def remove_filter(saved: SavedFilter, *, by: Member) -> None:
    """Forget it."""
    record(Event.FILTER_REMOVED, saved, by=by)
    saved.delete()
