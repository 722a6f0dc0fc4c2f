"""A second pair of eyes: which decisions get one, who may be it, the blind vote, and what comes of it."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, Value
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.seal import keyring
from participants.models import Member
from reviews.care import worked
from reviews.claims import lease, refuse_severe
from reviews.deciding import Conclusion as Said
from reviews.deciding import ReasonMissing, write_down
from reviews.feedback import drop_feedback
from reviews.finality import final_at
from reviews.models import Conclusion, Decision, Review, ReviewPractice, ReviewState, SecondReview, SecondState
from reviews.models.second_review import Why
from reviews.notices import decided
from reviews.notifying import notify
from reviews.outcomes import DISMISSALS, VERDICTS
from reviews.practice import practice_of

DRAWS = 10_000


class SecondTaken(Exception):
    """Somebody else has this second look, or it is not to be had any more."""


class NobodyElse(Exception):
    """There is no colleague who could have the second look."""


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
    if decision.replaces_id is not None:
        SecondReview.objects.pending().filter(review=review).update(state=SecondState.VOID)
    if _is_of_two(decision):
        return None
    why = why_second(review, decision, practice_of(review.participant_id))
    # What a company chose waits for a colleague; what is drawn would wait for ever where there is none.
    if why is None or (why == Why.SAMPLE and not _has_colleague(decision.decided_by)):
        return None
    return _note_second(decision, why)


def no_second_for(decision: Decision) -> None:
    """The decision was taken back: nobody looks at it again."""
    SecondReview.objects.pending().filter(decision=decision).update(state=SecondState.VOID)


def no_second_after(signals: Sequence[UUID]) -> None:
    """Nothing is left of these signals: nobody looks again at what was decided on them, and it tells nothing.

    As the portal.
    """
    pending = SecondReview.objects.pending().filter(review__signal__in=signals)
    drop_feedback(pending.values("decision"))
    pending.update(state=SecondState.VOID)


@transaction.atomic
def ask_second(decision: Decision, *, by: Member) -> None:
    """Ask for a second look at what one has just decided, whatever the practice says. Raises `NobodyElse`."""
    if not _has_colleague(by):
        raise NobodyElse
    if not SecondReview.objects.filter(decision=decision).exists():
        _note_second(decision, Why.ASKED)
    record(Event.SECOND_ASKED, decision.review, by=by)


@transaction.atomic
def take(second: SecondReview, *, by: Member) -> SecondReview:
    """Give the member this second look for the length of a lease. Raises `SecondTaken` and `BreakFirst`.

    Whoever takes over from somebody whose lease ran out begins with a vote of one's own; whoever had voted goes on, and
    never votes again.
    """
    _lock(second)
    if not SecondReview.objects.held_by(by).filter(pk=second.pk).exists():
        refuse_severe([second.review], by=by)
    free = SecondReview.objects.due_for(by).filter(pk=second.pk)
    fresh = {"state": SecondState.DUE, "verdict": "", "dismissal": "", "voted_at": None}
    changed = free.filter(second_by=by).update(held_until=Now() + lease())
    if not changed and not free.update(second_by=by, held_until=Now() + lease(), **fresh):
        raise SecondTaken
    record(Event.SECOND_TAKEN, second, by=by)
    return SecondReview.objects.get(pk=second.pk)


@transaction.atomic
def vote(second: SecondReview, *, verdict: str, by: Member, dismissal: str = "") -> SecondReview:
    """Say what one would have decided, before seeing what was. Raises `SecondTaken` and `ReasonMissing`."""
    if VERDICTS[verdict].has_measures == (dismissal in DISMISSALS):
        raise ReasonMissing
    _lock(second)
    values = {"state": SecondState.VOTED, "verdict": verdict, "dismissal": dismissal, "voted_at": Now()}
    held = SecondReview.objects.held_by(by).filter(pk=second.pk, state=SecondState.DUE)
    read_by = Func(F("read_by"), Value(by.pk), function="array_append")
    if not held.update(**values, held_until=Now() + lease(), read_by=read_by):
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
    Review.objects.filter(pk=second.review_id, state=ReviewState.DECIDED).update(state=ReviewState.OPEN, flag="")
    drop_feedback([second.decision])
    notify([second.first_by], "returned", second.review_id)
    record(Event.SECOND_RETURNED, second, by=by)


@transaction.atomic
def change(second: SecondReview, said: Said, *, by: Member) -> Decision:
    """Put another decision in the place of the first, which stays to be read.

    Raises `SecondTaken`, `NotYetVoted`, and what `record_decision` raises of a decision that does not fit.
    """
    said.refuse_what_does_not_fit()
    _conclude(second, Conclusion.CHANGE, words=said.reason, by=by)
    review = Review.objects.select_for_update().get(pk=second.review_id)
    Review.objects.filter(pk=review.pk).update(settle_at=Now() + settings.UNDO_WINDOW, flag="")
    decision = write_down(review, said, by=by)
    record(Event.SECOND_CHANGED, second, by=by, decision=str(decision.pk))
    decided.send(sender=None, review=review, decision=decision, by=by)
    notify([second.first_by], "changed", second.review_id)
    return decision


def blind_second_of(review: Review, member: Member) -> SecondReview | None:
    """The second look that the member has taken and not voted on: until then the decision is not for her to read."""
    return SecondReview.objects.held_by(member).filter(review=review, state=SecondState.DUE).first()


def hiding_second_of(review: Review, member: Member) -> SecondReview | None:
    """The second look for the sake of which the member does not read yet what was decided on the review."""
    return SecondReview.objects.hiding_from(member).filter(review=review).first()


def _has_colleague(member: Member) -> bool:
    colleagues = Member.objects.filter(participant=member.participant_id, is_active=True, user__is_active=True)
    return colleagues.exclude(pk=member.pk).exists()


def _lock(second: SecondReview) -> None:
    """From here to the end of the transaction nobody else does anything to it or its review.

    Whose it is has to be asked by a later statement: what may be updated follows from other tables, so that one which
    has waited for the row would go by what it saw before it.
    """
    Review.objects.select_for_update(no_key=True).get(pk=second.review_id)
    SecondReview.objects.select_for_update(no_key=True).get(pk=second.pk)


def _conclude(second: SecondReview, conclusion: Conclusion, *, words: str, by: Member) -> None:
    _lock(second)
    held = SecondReview.objects.held_by(by).filter(pk=second.pk)
    values = {"state": SecondState.DONE, "conclusion": conclusion, "words": words, "concluded_at": Now()}
    if held.filter(state=SecondState.VOTED).update(**values, held_until=None):
        worked(second, by=by)
        return
    raise NotYetVoted if held.exists() else SecondTaken


def _note_second(decision: Decision, why: Why) -> SecondReview:
    return SecondReview.objects.create(
        participant_id=decision.participant_id,
        review_id=decision.review_id,
        decision=decision,
        first_by_id=decision.decided_by_id,
        why=why,
        ready_at=final_at(),
    )


def _is_of_two(decision: Decision) -> bool:
    """Whether the decision is what a second reviewer put in the place of the first: two people have looked."""
    if decision.replaces_id is None:
        return False
    changed = SecondReview.objects.filter(decision=decision.replaces_id, conclusion=Conclusion.CHANGE)
    return changed.filter(second_by=decision.decided_by_id).exists()
