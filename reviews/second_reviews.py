"""A second pair of eyes: which decisions get one, who may be it, the blind vote, and what comes of it."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.seal import keyring
from participants.models import Member
from reviews.claims import lease
from reviews.deciding import NothingMeasured, ReasonMissing
from reviews.finality import final_at
from reviews.models import Decision, Measure, Review, ReviewState
from reviews.notices import decided
from reviews.notifying import notify
from reviews.outcomes import DISMISSALS, VERDICTS
from reviews.practice import practice_of
from reviews.tables import Conclusion, ReviewPractice, SecondReview, SecondState
from reviews.tables.second_review import PENDING, Why

DRAWS = 10_000


class SecondTaken(Exception):
    """Somebody else has this second look, or it is not to be had any more."""


class NotYetVoted(Exception):
    """The first decision is shown, and concluded upon, only after the blind vote."""


def why_second(review: Review, decision: Decision, practice: ReviewPractice) -> Why | None:
    """Why the decision gets a second look under `practice`; None when it gets none."""
    if {decision.verdict, decision.dismissal} & set(practice.outcomes):
        return Why.OUTCOME
    if review.signal.severity in practice.severities:
        return Why.SEVERITY
    return Why.SAMPLE if is_drawn(review, practice.sample_percent) else None


def is_drawn(review: Review, percent: int) -> bool:
    """Whether the review is in the random sample.

    The draw follows from the review's id and the installation's key: nobody can tell it beforehand, and deciding
    again, undoing or reopening does not draw again.
    """
    draw = keyring().fingerprint("second review", str(review.pk)).int % DRAWS
    return draw < percent * DRAWS // 100


def ask_for_second(review: Review, decision: Decision) -> SecondReview | None:
    """Note that a decision gets a second look, where it does. Part of the transaction in which it was made."""
    SecondReview.objects.filter(review=review).pending().update(state=SecondState.VOID)  # type: ignore[attr-defined]
    if _is_of_two(decision):
        return None
    why = why_second(review, decision, practice_of(review.participant_id))
    if why is None:
        return None
    return SecondReview.objects.create(
        participant_id=review.participant_id,
        review=review,
        decision=decision,
        first_by_id=decision.decided_by_id,
        why=why,
        ready_at=final_at(),
    )


def no_second_for(decision: Decision) -> None:
    """The decision was taken back: nobody looks at it again."""
    SecondReview.objects.filter(decision=decision).pending().update(state=SecondState.VOID)  # type: ignore[attr-defined]


@transaction.atomic
def take(second: SecondReview, *, by: Member) -> SecondReview:
    """Give the member this second look for the length of a lease. Raises `SecondTaken`.

    Whoever takes over from somebody whose lease ran out begins with a vote of one's own.
    """
    free = SecondReview.objects.due_for(by).filter(pk=second.pk)
    if SecondReview.objects.held_by(by).filter(pk=second.pk).exists():
        changed = free.update(held_until=Now() + lease())
    else:
        fresh = {"state": SecondState.DUE, "verdict": "", "dismissal": "", "voted_at": None}
        changed = free.update(second_by=by, held_until=Now() + lease(), **fresh)
    if not changed:
        raise SecondTaken
    record(Event.SECOND_TAKEN, second, by=by)
    return SecondReview.objects.get(pk=second.pk)


@transaction.atomic
def vote(second: SecondReview, *, verdict: str, by: Member, dismissal: str = "") -> SecondReview:
    """Say what one would have decided, before seeing what was. Raises `SecondTaken` and `ReasonMissing`."""
    if VERDICTS[verdict].has_measures == (dismissal in DISMISSALS):
        raise ReasonMissing
    values = {"state": SecondState.VOTED, "verdict": verdict, "dismissal": dismissal, "voted_at": Now()}
    held = SecondReview.objects.held_by(by).filter(pk=second.pk, state=SecondState.DUE)
    if not held.update(**values, held_until=Now() + lease()):
        raise SecondTaken
    record(Event.SECOND_VOTED, second, by=by)
    return SecondReview.objects.get(pk=second.pk)


@transaction.atomic
def agree(second: SecondReview, *, by: Member, words: str = "") -> None:
    """Let the first decision stand. Raises `SecondTaken` and `NotYetVoted`."""
    _conclude(second, Conclusion.AGREE, words=words, by=by)
    record(Event.SECOND_AGREED, second, by=by)


@transaction.atomic
def return_to_first(second: SecondReview, *, words: str, by: Member) -> None:
    """Open the review again for whoever decided, and say why. Raises `SecondTaken`, `NotYetVoted`, `ReasonMissing`."""
    if not words:
        raise ReasonMissing
    _conclude(second, Conclusion.RETURN, words=words, by=by)
    Review.objects.filter(pk=second.review_id, state=ReviewState.DECIDED).update(state=ReviewState.OPEN)
    notify([second.first_by], "returned", second.review_id)
    record(Event.SECOND_RETURNED, second, by=by)


@transaction.atomic
def change(
    second: SecondReview,
    *,
    verdict: str,
    by: Member,
    measures: Mapping[str, int] | None = None,
    dismissal: str = "",
    policy: str = "",
    reason: str = "",
) -> Decision:
    """Put another decision in the place of the first, which stays to be read.

    Raises `SecondTaken`, `NotYetVoted`, and what `record_decision` raises of a decision that does not fit.
    """
    measures = measures or {}
    if VERDICTS[verdict].has_measures != bool(measures):
        raise NothingMeasured
    if not VERDICTS[verdict].has_measures and dismissal not in DISMISSALS:
        raise ReasonMissing
    _conclude(second, Conclusion.CHANGE, words=reason, by=by)
    decision = Decision.objects.create(
        review_id=second.review_id,
        participant=by.participant,
        decided_by=by,
        verdict=verdict,
        dismissal=dismissal,
        policy=policy,
        reason=reason,
        replaces_id=second.decision_id,
    )
    Measure.objects.bulk_create(
        Measure(decision=decision, participant=by.participant, unit=unit, count=count)
        for unit, count in measures.items()
    )
    record(Event.SECOND_CHANGED, second, by=by, verdict=verdict, dismissal=dismissal, measures=dict(measures))
    decided.send(sender=Decision, review=second.review, decision=decision, by=by)
    notify([second.first_by], "changed", second.review_id)
    return decision


def blind_second_of(review: Review, member: Member) -> SecondReview | None:
    """The second look that the member has taken and not voted on: until then the decision is not for her to read."""
    return SecondReview.objects.held_by(member).filter(review=review, state=SecondState.DUE).first()


def _conclude(second: SecondReview, conclusion: Conclusion, *, words: str, by: Member) -> None:
    held = SecondReview.objects.held_by(by).filter(pk=second.pk)
    values = {"state": SecondState.DONE, "conclusion": conclusion, "words": words, "concluded_at": Now()}
    if held.filter(state=SecondState.VOTED).update(**values, held_until=None):
        return
    raise NotYetVoted if held.exists() else SecondTaken


def _is_of_two(decision: Decision) -> bool:
    """Whether the decision is what a second reviewer put in the place of the first: two people have looked."""
    made = Q(decision=decision.replaces_id, conclusion=Conclusion.CHANGE, second_by=decision.decided_by_id)
    return decision.replaces_id is not None and SecondReview.objects.filter(made).exists()


def is_pending(decision: Decision) -> bool:
    """Whether somebody has still to look at it again."""
    return SecondReview.objects.filter(decision=decision, state__in=PENDING).exists()
