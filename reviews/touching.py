"""What withdrawals, corrections and disputes do to reviews: open ones close, decided ones are marked and told of."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Now

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.models import Decision, Review, ReviewState
from reviews.notifying import notify
from reviews.tables import ReviewTouch, SecondReview, SecondState


def close_ended(signals: Sequence[UUID]) -> int:
    """Close the open reviews of signals that ended, whoever holds them, and the second looks; how many closed."""
    with acting_as_system():
        open_ones = Review.objects.filter(signal__in=signals, state=ReviewState.OPEN)
        closed = open_ones.update(state=ReviewState.CLOSED, holder=None, held_until=None)
        pending = SecondReview.objects.pending().filter(review__signal__in=signals)
        pending.update(state=SecondState.VOID, held_until=None)
        if closed:
            record(Event.REVIEWS_CLOSED, Review, by=PORTAL, reviews=closed)
        return closed


def touch(signals: Sequence[UUID], kind: str) -> int:
    """Mark the decided reviews of these signals, and tell whoever decided; says how many. Safe to run twice."""
    with acting_as_system():
        reviews = list(Review.objects.filter(signal__in=signals, state=ReviewState.DECIDED))
        ReviewTouch.objects.bulk_create(
            [ReviewTouch(participant_id=review.participant_id, review=review, kind=kind) for review in reviews],
            update_conflicts=True,
            unique_fields=["review", "kind"],
            update_fields=["at"],
        )
        ReviewTouch.objects.filter(review__in=reviews, kind=kind).update(at=Now())
        standing = Decision.objects.filter(review__in=reviews, replaced_by__isnull=True)
        for decision in standing.only("review_id", "decided_by_id"):
            notify([Member(pk=decision.decided_by_id)], "touched", decision.review_id)
        return len(reviews)
