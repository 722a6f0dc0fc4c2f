"""A decided review is looked at again: it opens, and its decision stays until another one replaces it."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from participants.models import Member
from reviews.claims import TooManyClaims, has_room, lease, lock_places, refuse_severe
from reviews.deciding import ReasonMissing
from reviews.models import Decision, Reopening, Review, ReviewState
from reviews.outcomes import REOPENINGS


class SignalEnded(Exception):
    """Nobody shares the signal any more: nothing is left to be looked at again."""


class Overtaken(Exception):
    """Somebody else reopened or replaced the decision meanwhile, or there is none."""


@transaction.atomic
def reopen(review: Review, *, decision_id: UUID, reason: str, words: str = "", by: Member) -> Review:
    """Open a decided review for the member, who has seen the decision `decision_id`.

    Raises `ReasonMissing`, `SignalEnded`, `Overtaken` when that decision does not stand any more, `BreakFirst` and
    `TooManyClaims`.
    """
    why = REOPENINGS.get(reason)
    if why is None or (why.needs_words and not words):
        raise ReasonMissing
    lock_places(by)
    locked = Review.objects.select_for_update().get(pk=review.pk)
    seen = Decision.objects.in_force().filter(pk=decision_id, review=review).first()
    if locked.state != ReviewState.DECIDED or seen is None:
        raise Overtaken
    # Asked once the review is locked: what ends the signal afterwards waits for it, and closes it.
    if Review.objects.filter(pk=review.pk, signal__contributor_count=0).exists():
        raise SignalEnded
    refuse_severe([review], by=by)
    if not has_room(by):
        raise TooManyClaims
    said = {"reason": reason, "words": words, "reopened_by": by, "participant": by.participant}
    Reopening.objects.create(review=review, decision=seen, **said)
    opened = {"state": ReviewState.OPEN, "holder": by, "flag": ""}
    Review.objects.filter(pk=review.pk).update(**opened, held_until=Now() + lease())
    record(Event.REVIEW_REOPENED, review, by=by, reason=reason)
    return Review.objects.get(pk=review.pk)
