"""Undoing: for some seconds, by whoever decided, wherever she has opened the portal again meanwhile."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, QuerySet
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.compiled import CompiledQuery, Parameter
from participants.models import Member
from reviews.claims import has_room, lease, lock_places
from reviews.models import Decision, Review, ReviewState, UndoneDecision
from reviews.notices import undone
from reviews.signals_ended import close_ended


class TooLate(Exception):
    """The decision is final, somebody else's, or has been undone or reopened already."""


def latest_undoable(member: Member) -> list[Decision]:
    """What `z` takes back: the member's latest decision of just now, or all of a batch; empty when it is too late."""
    latest = _latest.first(member=member.pk, window=settings.UNDO_WINDOW)
    if latest is None:
        return []
    if latest.batch_id is None:
        return [latest]
    undoable = Decision.objects.undoable_by(member).filter(review__state=ReviewState.DECIDED)
    return list(undoable.filter(batch=latest.batch_id).order_by("pk"))


@transaction.atomic
def undo_latest(*, by: Member) -> list[Review]:
    """Take back the member's latest decision or batch; gives the reviews, open again. Raises `TooLate`."""
    decisions = latest_undoable(by)
    if not decisions:
        raise TooLate
    return [undo(decision, by=by) for decision in decisions]


@transaction.atomic
def undo(decision: Decision, *, by: Member) -> Review:
    """Take one decision back. The review is open again, and held by the member where she may hold one more.

    Raises `TooLate`.
    """
    lock_places(by)
    review = Review.objects.select_for_update().get(pk=decision.review_id)
    undoable = Decision.objects.undoable_by(by).filter(pk=decision.pk)
    if review.state != ReviewState.DECIDED or not undoable.exists():
        raise TooLate
    UndoneDecision.objects.create(decision=decision, participant=by.participant, undone_by=by)
    held: dict[str, Any] = {"holder": by, "held_until": Now() + lease()} if has_room(by) else {}
    Review.objects.filter(pk=review.pk).update(state=ReviewState.OPEN, settle_at=None, **held)
    close_ended([review.pk])
    record(Event.REVIEW_UNDONE, review, by=by, decision=str(decision.pk))
    undone.send(sender=None, review=review, decision=decision, by=by)
    return Review.objects.get(pk=review.pk)


@CompiledQuery
def _latest() -> QuerySet[Decision]:
    window = Parameter("window", output_field=DurationField())
    undoable = Decision.objects.undoable_by(Parameter("member"), window=window)
    return undoable.filter(review__state=ReviewState.DECIDED).select_related("review__signal").order_by("-pk")[:1]
