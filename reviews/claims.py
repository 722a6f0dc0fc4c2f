"""Claims: a lease on the database's clock, so that two analysts never hold the same review."""

from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from audit.events import Event
from audit.record import Actor, record
from lantern.lib.compiled import CompiledQuery, Parameter, prepared_cursor
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant
from participants.policies import Action, group_keys
from reviews.care import SEVERE_FROM, limits_of, must_break, worked
from reviews.models import Review, ReviewState
from reviews.models.review import ANY_REACH, ReviewQuerySet, reach_of


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
# A lease that ran out before the sweeper came is told by its former holder, so that its end is written down as well.
CLAIM_NEXT = """
WITH taken AS (
    SELECT id, holder_id FROM reviews_review
    WHERE participant_id = %(participant)s AND state = 'open'
    AND (held_until IS NULL OR held_until <= statement_timestamp())
    AND (
        SELECT count(*) FROM reviews_review h
        WHERE h.holder_id = %(member)s AND h.state = 'open' AND h.held_until > statement_timestamp()
    ) < %(most)s
    AND EXISTS (
        SELECT 1 FROM signals_signal s WHERE s.id = signal_id AND s.contributor_count > 0
        AND s.sharing_group_id = ANY(%(groups)s)
        AND NOT s.harm_types && %(left_out)s::varchar[] AND s.severity < %(below)s
    )
    ORDER BY priority DESC, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE reviews_review r SET holder_id = %(member)s, held_until = statement_timestamp() + %(lease)s
FROM taken WHERE r.id = taken.id
RETURNING {columns}, taken.holder_id AS former_id
"""
COLUMNS = [field.attname for field in Review._meta.concrete_fields]
CLAIM_NEXT = CLAIM_NEXT.format(columns=", ".join(f"r.{name}" for name in COLUMNS))

KEEP = """
UPDATE reviews_review SET held_until = statement_timestamp() + %(lease)s
WHERE id = %(review)s AND holder_id = %(member)s AND state = 'open' AND held_until > statement_timestamp()
RETURNING held_until
"""

LOCK_PLACES = "SELECT FROM participants_member WHERE id = %s AND is_active FOR NO KEY UPDATE"

SWEPT = 500
RELEASE_EXPIRED = """
UPDATE reviews_review SET holder_id = NULL, held_until = NULL
WHERE id IN (
    SELECT id FROM reviews_review WHERE holder_id IS NOT NULL AND held_until <= statement_timestamp()
    LIMIT %(size)s FOR UPDATE SKIP LOCKED
)
RETURNING id, participant_id
"""


@dataclass(frozen=True)
class PortalFor:
    """The portal itself, in a matter of one participant, whose people may read of it."""

    participant_id: int
    user_id: None = None


def lease() -> timedelta:
    """How long a claim lasts without a sign of life."""
    return timedelta(seconds=settings.CLAIM_LEASE_SECONDS)


def claim_next(*, among: ReviewQuerySet | None = None, by: Member) -> Review | None:
    """Give the member the first review nobody holds: the most urgent, or that of `among`. None when there is none.

    In a transaction, and without one of its own within it: this is asked more often than anything else that writes.
    Raises `TooManyClaims`.
    """
    if among is not None:
        _refuse_too_many(by)
        return _claim_first(among, by)
    if not lock_places(by):
        return None
    groups = group_keys(by, Action.DECIDE)
    limits = limits_of(by)
    values: dict[str, Any] = {"member": by.pk, "participant": by.participant_id, "lease": lease(), "groups": groups}
    values |= {"left_out": limits.harm_types, "below": limits.below, "most": settings.CLAIMS_PER_MEMBER}
    with prepared_cursor() as cursor:
        cursor.execute(CLAIM_NEXT, values)
        found = cursor.fetchone()
    if found is None:
        _refuse_too_many(by)
        return None
    *row, former_id = found
    return _claimed(Review.from_db(connection.alias, COLUMNS, row), by, former_id)


def _claim_first(among: ReviewQuerySet, by: Member) -> Review | None:
    """As `CLAIM_NEXT` within a filter: whoever locks the row first has it, others skip it."""
    limits = limits_of(by)
    given = among.unclaimed().filter(signal__severity__lt=limits.below)
    if limits.harm_types:
        given = given.exclude(signal__harm_types__overlap=limits.harm_types)
    found = given.select_for_update(skip_locked=True, of=("self",)).first()
    return take(found, by=by) if found else None


def held_first(member: Member) -> Review | None:
    """Of the reviews she holds, and may see, the one that was hers first."""
    return _held.first(member=member.pk, **reach_of(member))


@transaction.atomic
def claim(review: Review, *, by: Member) -> Review:
    """Give the member this review, or its lease anew. Raises `AlreadyClaimed`, `TooManyClaims` or `BreakFirst`."""
    if Review.objects.held_by(by).filter(pk=review.pk).exists():
        # A lead, or another window of hers, may have ended it since: then she takes it as anybody does.
        with suppress(ClaimLost):
            return keep(review, by=by)
    refuse_severe([review], by=by)
    _refuse_too_many(by)
    return take(review, by=by)


def refuse_severe(reviews: Iterable[Review], *, by: Member) -> None:
    """Raises `BreakFirst` where one of them is severe and has to wait for a break that is due to the member."""
    if any(review.signal.severity >= SEVERE_FROM for review in reviews) and must_break(by):
        raise BreakFirst


def take(review: Review, *, by: Member) -> Review:
    """Give the member this review, however many there are already. In a transaction. Raises `AlreadyClaimed`."""
    free = Review.objects.filter(pk=review.pk, participant=by.participant_id, state=ReviewState.OPEN).unclaimed()
    found = free.select_for_update().first()
    if found is None:
        raise AlreadyClaimed
    Review.objects.filter(pk=found.pk).update(holder=by, held_until=Now() + lease())
    return _claimed(Review.objects.get(pk=found.pk), by, found.holder_id)


@transaction.atomic
def keep(review: Review, *, by: Member) -> Review:
    """Begin the member's lease anew. Raises `ClaimLost`."""
    with prepared_cursor() as cursor:
        cursor.execute(KEEP, {"review": review.pk, "member": by.pk, "lease": lease()})
        found = cursor.fetchone()
    if found is None:
        raise ClaimLost
    record(Event.REVIEW_KEPT, review, by=by)
    kept = copy(review)
    kept.holder, (kept.held_until,) = by, found
    return kept


@transaction.atomic
def release(review: Review, *, by: Member, why: str = "skipped") -> None:
    """Give the review back; whoever asks next may have it. Raises `ClaimLost`."""
    if not Review.objects.held_by(by).filter(pk=review.pk).update(holder=None, held_until=None):
        raise ClaimLost
    worked(review, by=by)
    record(Event.REVIEW_RELEASED, review, by=by, why=why)


@transaction.atomic
def take_back(review: Review, *, by: Member) -> None:
    """Take the review from the colleague who holds it; a lead does. Raises `ClaimLost` when nobody holds it."""
    held = Review.objects.filter(pk=review.pk, participant=by.participant_id, holder__isnull=False)
    if not held.update(holder=None, held_until=None):
        raise ClaimLost
    record(Event.REVIEW_RELEASED, review, by=by, why="taken_back")


def release_expired() -> int:
    """Write down each lease that ran out, and that nobody holds the review now; says how many. Safe to run twice."""
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute(RELEASE_EXPIRED, {"size": SWEPT})
        ended = cursor.fetchall()
        for review_id, participant_id in ended:
            _expired(review_id, participant_id)
    return len(ended)


def has_room(member: Member) -> bool:
    """Whether the member may hold one more. In a transaction: two windows cannot both take the last place."""
    return lock_places(member) and Review.objects.held_by(member).count() < settings.CLAIMS_PER_MEMBER


def lock_places(member: Member) -> bool:
    """From here to the end of the transaction no other window of hers takes a review; False where she was removed.

    What she holds has to be counted by a later statement: only that one sees what the window wrote that had the lock.
    Whoever locks a review of hers as well does so afterwards, as her removal does.
    """
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_PLACES, [member.pk])
        return cursor.fetchone() is not None


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


@CompiledQuery
def _held() -> QuerySet[Review]:
    return Review.objects.visible_in(**ANY_REACH).held_by(Parameter("member")).order_by("held_until")[:1]


def _refuse_too_many(by: Member) -> None:
    if not has_room(by):
        raise TooManyClaims


def _claimed(review: Review, by: Member, former: int | None) -> Review:
    if former is not None:
        _expired(review.pk, by.participant_id)
    record(Event.REVIEW_CLAIMED, review, by=by)
    return review


def _expired(review_id: UUID, participant_id: int) -> None:
    record(Event.REVIEW_RELEASED, Review(pk=review_id), by=PortalFor(participant_id), why="expired")
