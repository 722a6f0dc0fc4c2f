"""Many at once: reviews of one kind and incident, decided by one form, each with a decision of its own."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from audit.events import Event
from audit.record import record
from lantern.lib.compiled import CompiledQuery, Parameter
from lantern.lib.paging import MOST
from participants.models import Member
from reviews.claims import AlreadyClaimed, ClaimLost, lock_places, refuse_severe, take
from reviews.deciding import Conclusion, conclude
from reviews.models import DecisionBatch, Review
from reviews.models.review import ANY_REACH, ReviewQuerySet, reach_of
from signals.models import Contribution

DECIDED, HELD, GONE = "decided", "held", "gone"
RESULTS = {
    DECIDED: "Decided",
    HELD: "Left alone: a colleague holds it",
    GONE: "Left alone: it was decided or closed meanwhile",
}


class NotTogether(Exception):
    """None, too many, or reviews that are not of one kind and incident with the one that is open."""


def together_with(review: Review, member: Member) -> QuerySet[Review]:
    """Due reviews of the same kind whose signals belong to an incident of this one's; itself included."""
    return _near(Review.objects.visible_to(member).due(), review.signal_id, review.signal.kind)


def number_together(review: Review, member: Member) -> int:
    """How many those are, counted to `paging.MOST`."""
    return len(_together.rows(signal=review.signal_id, kind=review.signal.kind, **reach_of(member)))


@transaction.atomic
def decide_many(opened: Review, reviews: Sequence[Review], said: Conclusion, *, by: Member) -> DecisionBatch:
    """Decide `reviews` as `said`, each by itself. `opened` is the one that the member holds and has looked at.

    The batch says what became of each. Raises `ClaimLost`, `NotTogether`, `BreakFirst` where severe ones wait for a
    break, and what does not fit in `said`.
    """
    said.refuse_what_does_not_fit()
    lock_places(by)
    if not Review.objects.held_by(by).filter(pk=opened.pk).exists():
        raise ClaimLost
    chosen = {review.pk for review in reviews}
    fitting = set(together_with(opened, by).filter(pk__in=chosen).values_list("pk", flat=True))
    late = set(Review.objects.visible_to(by).filter(pk__in=chosen).exclude(state="open").values_list("pk", flat=True))
    if not 1 <= len(chosen) <= settings.MOST_AT_ONCE or chosen != fitting | late:
        raise NotTogether
    refuse_severe([review for review in reviews if review.pk != opened.pk], by=by)
    batch = DecisionBatch.objects.create(participant=by.participant, decided_by=by)
    # Always in the same order, so that two batches never wait for each other in a circle.
    batch.results = {str(review.pk): _decide(review, said, batch, by) for review in sorted(reviews, key=_key)}
    batch.save(update_fields=["results"])
    number = list(batch.results.values()).count(DECIDED)
    record(Event.REVIEWS_DECIDED_TOGETHER, batch, by=by, asked=len(chosen), decided=number)
    return batch


def _key(review: Review) -> int:
    return review.pk.int


def _decide(review: Review, said: Conclusion, batch: DecisionBatch, by: Member) -> str:
    if not Review.objects.held_by(by).filter(pk=review.pk).exists():
        try:
            take(review, by=by)
        except AlreadyClaimed:
            return HELD if Review.objects.filter(pk=review.pk, state="open").exists() else GONE
    conclude(review, said, by=by, batch=batch)
    return DECIDED


def _near(due: ReviewQuerySet, signal: UUID | Parameter, kind: str | Parameter) -> ReviewQuerySet:
    said = Contribution.objects.in_force()
    incidents = said.filter(signal=signal, incident__isnull=False).values("incident")
    near = said.filter(incident__in=incidents).values("signal")
    return due.filter(signal__kind=kind, signal__in=near)


@CompiledQuery
def _together() -> QuerySet[Review, tuple[str]]:
    due = Review.objects.visible_in(**ANY_REACH).due()
    return _near(due, Parameter("signal"), Parameter("kind")).order_by().values_list("state")[:MOST]
