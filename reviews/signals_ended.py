"""What becomes of reviews when their signals end or change: open ones close, decided ones are flagged."""

from collections.abc import Sequence
from uuid import UUID

from audit.events import Event
from audit.record import PORTAL, record
from reviews.claims import PortalFor
from reviews.models import Review, ReviewState
from reviews.models.review import Flag

CORRECTED = "corrected"


def tell_reviews(signals: Sequence[UUID], *, ended: Sequence[UUID], why: str) -> None:
    """Contributions to `signals` ended or were corrected; of those in `ended` nothing is left. As the portal."""
    flag = Flag.CORRECTED if why == CORRECTED else Flag.PARTLY_ENDED
    closed = _close(ended, why)
    decided = Review.objects.filter(state=ReviewState.DECIDED)
    flagged = decided.filter(signal__in=ended).update(flag=Flag.ENDED)
    flagged += decided.filter(signal__in=set(signals) - set(ended)).update(flag=flag)
    # Flagging waited for whoever was just opening one of them again; by now that one is open.
    closed += _close(ended, why)
    if closed or flagged:
        record(Event.REVIEWS_ENDED, Review, by=PORTAL, why=why, closed=closed, flagged=flagged)


def close_ended(reviews: Sequence[UUID]) -> None:
    """Close those of the reviews that are open although nothing is left of their signals."""
    left = Review.objects.filter(pk__in=reviews, state=ReviewState.OPEN, signal__contributor_count=0)
    left.update(state=ReviewState.CLOSED, holder=None, held_until=None)


def _close(ended: Sequence[UUID], why: str) -> int:
    open_ones = Review.objects.filter(signal__in=ended, state=ReviewState.OPEN)
    held = open_ones.filter(holder__isnull=False).select_for_update(of=("self",)).order_by("pk")
    for review in held:
        record(Event.REVIEW_RELEASED, review, by=PortalFor(review.participant_id), why="signal_ended")
    done = {"state": ReviewState.CLOSED, "holder": None, "held_until": None, "closed_because": why}
    return open_ones.update(**done)
