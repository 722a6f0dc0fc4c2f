"""Claims: a lease on the database's clock, so that two analysts never hold the same review."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from audit.events import Event
from audit.record import Actor, record
from participants.models import Member, Participant
from participants.policies import Action, groups_for
from reviews.care import SEVERE_FROM, limits_of, must_break, worked
from reviews.models import Review, ReviewState


class AlreadyClaimed(Exception):
    """Somebody else holds the review, or it is decided."""


class ClaimLost(Exception):
    """The member does not hold the review any more: the lease ran out, or somebody else was quicker."""


class BreakFirst(Exception):
    """A break is due, the participant makes it binding, and the signal is a severe one."""


class TooManyClaims(Exception):
    """The member holds as many reviews as one may at a time."""


# The one statement that must never give a review to two people: whoever locks the row first has it, others skip it.
# Reviews of signals that the member may not see any more (`ReviewQuerySet.visible_to`) are passed over.
CLAIM_NEXT = """
UPDATE reviews_review SET holder_id = %(member)s, held_until = statement_timestamp() + %(lease)s
WHERE id = (
    SELECT id FROM reviews_review
    WHERE participant_id = %(participant)s AND state = 'open'
    AND (held_until IS NULL OR held_until <= statement_timestamp())
    AND EXISTS (
        SELECT 1 FROM signals_signal s WHERE s.id = signal_id AND s.contributor_count > 0
        AND s.sharing_group_id = ANY(%(groups)s)
        AND NOT s.harm_types && %(left_out)s::varchar[] AND s.severity < %(below)s
    )
    ORDER BY priority DESC, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def lease() -> timedelta:
    """How long a claim lasts without a sign of life."""
    return timedelta(seconds=settings.CLAIM_LEASE_SECONDS)


@transaction.atomic
def claim_next(*, by: Member) -> Review | None:
    """Give the member the most urgent review nobody holds; None when there is none. Raises `TooManyClaims`."""
    _refuse_too_many(by)
    with connection.cursor() as cursor:
        groups = list(groups_for(by, Action.DECIDE).values_list("pk", flat=True))
        limits = limits_of(by)
        values: dict[str, Any] = {"member": by.pk, "participant": by.participant_id, "lease": lease(), "groups": groups}
        values |= {"left_out": limits.harm_types, "below": limits.below}
        cursor.execute(CLAIM_NEXT, values)
        row = cursor.fetchone()
    return _claimed(Review.objects.get(pk=row[0]), by) if row else None


@transaction.atomic
def claim(review: Review, *, by: Member) -> Review:
    """Give the member this review, or its lease anew. Raises `AlreadyClaimed`, `TooManyClaims` or `BreakFirst`."""
    if Review.objects.held_by(by).filter(pk=review.pk).exists():
        return keep(review, by=by)
    if review.signal.severity >= SEVERE_FROM and must_break(by):
        raise BreakFirst
    _refuse_too_many(by)
    free = Review.objects.filter(pk=review.pk, participant=by.participant_id, state=ReviewState.OPEN).unclaimed()
    if not free.update(holder=by, held_until=Now() + lease()):
        raise AlreadyClaimed
    return _claimed(Review.objects.get(pk=review.pk), by)


@transaction.atomic
def keep(review: Review, *, by: Member) -> Review:
    """Begin the member's lease anew. Raises `ClaimLost`."""
    if not Review.objects.held_by(by).filter(pk=review.pk).update(held_until=Now() + lease()):
        raise ClaimLost
    record(Event.REVIEW_KEPT, review, by=by)
    return Review.objects.get(pk=review.pk)


@transaction.atomic
def release(review: Review, *, by: Member, why: str = "skipped") -> None:
    """Give the review back; whoever asks next may have it. Raises `ClaimLost`."""
    if not Review.objects.held_by(by).filter(pk=review.pk).update(holder=None, held_until=None):
        raise ClaimLost
    worked(review, by=by)
    record(Event.REVIEW_RELEASED, review, by=by, why=why)


@transaction.atomic
def release_all(holder: Member, *, by: Actor, why: str) -> None:
    """Give back everything `holder` holds: on signing out, or on losing its place."""
    for review in Review.objects.held_by(holder).select_for_update():
        Review.objects.filter(pk=review.pk).update(holder=None, held_until=None)
        record(Event.REVIEW_RELEASED, review, by=by, why=why)


def held_of(participant: Participant) -> QuerySet[Review]:
    """The reviews that people of `participant` hold, their lease over or not."""
    return Review.objects.filter(participant=participant, state=ReviewState.OPEN, holder__isnull=False)


@transaction.atomic
def release_departed(participant: Participant, *, by: Actor) -> None:
    """Take back what the people of a participant that left hold."""
    for review in held_of(participant).select_for_update():
        Review.objects.filter(pk=review.pk).update(holder=None, held_until=None)
        record(Event.REVIEW_RELEASED, review, by=by, why="participant_left")


def _refuse_too_many(by: Member) -> None:
    # The member's row is the lock: two tabs of one person cannot both take the last place.
    Member.objects.select_for_update(no_key=True).get(pk=by.pk)
    if Review.objects.held_by(by).count() >= settings.CLAIMS_PER_MEMBER:
        raise TooManyClaims


def _claimed(review: Review, by: Member) -> Review:
    record(Event.REVIEW_CLAIMED, review, by=by)
    return review
