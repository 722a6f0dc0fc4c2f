"""Feedback on its way: waiting until a decision is final, told to each contributor once, changed when it changes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.feedback_kinds import REJECTS, FeedbackKind, feedback_of
from reviews.finality import final_at
from reviews.models import (
    Appeal,
    AppealOutcome,
    Decision,
    Feedback,
    GivenFeedback,
    OutgoingFeedback,
    OutgoingState,
    Review,
    SecondReview,
)
from reviews.notifying import notify
from reviews.settling import refresh_disputes
from signals.models import Contribution, Signal

SLICE = 200


def plan_feedback(review: Review, decision: Decision) -> None:
    """Note what a decision will tell. Of several on one review only the last one does."""
    if decision.replaces_id is not None:
        waiting = OutgoingFeedback.objects.filter(review=review, state=OutgoingState.WAITING)
        waiting.update(state=OutgoingState.VOID)
    OutgoingFeedback.objects.create(
        participant_id=review.participant_id, review=review, decision=decision, ready_at=final_at()
    )


def drop_feedback(decisions: Sequence[Decision] | QuerySet[Any, Any]) -> None:
    """These decisions were taken back, or nobody looks at them again: they tell nothing."""
    waiting = OutgoingFeedback.objects.filter(decision__in=decisions, state=OutgoingState.WAITING)
    waiting.update(state=OutgoingState.VOID)


def send_due() -> int:
    """Tell what has become final, each decision in a transaction of its own; how many. Safe to run twice at once."""
    with acting_as_system():
        held = SecondReview.objects.pending().values("decision")
        due = OutgoingFeedback.objects.filter(state=OutgoingState.WAITING, ready_at__lte=Now())
        chosen = list(due.exclude(decision__in=held).order_by("ready_at").values_list("pk", flat=True)[:SLICE])
    return sum(_send(outgoing) for outgoing in chosen)


def _send(outgoing_id: UUID) -> bool:
    with acting_as_system():
        due = OutgoingFeedback.objects.filter(pk=outgoing_id, state=OutgoingState.WAITING)
        outgoing = due.select_for_update(of=("self",), skip_locked=True).select_related("decision", "review").first()
        if outgoing is None or SecondReview.objects.pending().filter(decision=outgoing.decision).exists():
            return False
        due.update(state=OutgoingState.SENT)
        decision, review = outgoing.decision, outgoing.review
        kind = _kind_of(decision)
        told = _tell(review, kind)
        # What a second look held back counts from now on.
        refresh_disputes([review.signal_id], settled=[review.pk])
        record(Event.FEEDBACK_SENT, outgoing, by=PORTAL, kind=kind.name if kind else "", contributions=told)
        return True


def tell_again(review: Review, decision: Decision) -> None:
    """What a decision means has changed since it was told: tell it anew."""
    values = {"participant_id": review.participant_id, "review": review, "ready_at": timezone.now()}
    again = {**values, "state": OutgoingState.WAITING}
    OutgoingFeedback.objects.update_or_create(decision=decision, defaults=again)


def _kind_of(decision: Decision) -> FeedbackKind | None:
    """What the decision tells. One that was reversed on appeal did not hold up, whatever it said."""
    if Appeal.objects.filter(decision=decision, outcome=AppealOutcome.REVERSED).exists():
        return REJECTS
    return feedback_of(decision.dismissal or decision.verdict)


def _tell(review: Review, kind: FeedbackKind | None) -> int:
    """Tell every contribution in force on the review's signal, or take back what was told before."""
    if kind is None:
        _take_back(review)
        return 0
    given = {each.contribution_id: each for each in GivenFeedback.objects.filter(review=review)}
    group = Signal.objects.select_related("sharing_group").get(pk=review.signal_id).sharing_group
    company = review.participant_id if group.names_reviewers else None
    contributions = Contribution.objects.in_force().filter(signal=review.signal_id)
    told = list(contributions.exclude(participant=review.participant_id).order_by("pk"))
    for contribution in told:
        _tell_one(contribution, given.get(contribution.pk), review, kind, company)
    return len(told)


def _take_back(review: Review) -> None:
    """On either side: who gave it is not to think that it still stands."""
    standing = GivenFeedback.objects.filter(review=review).standing()
    Feedback.objects.filter(pk__in=list(standing.values_list("feedback", flat=True))).update(taken_back_at=Now())
    standing.update(taken_back_at=Now())


def _tell_one(
    contribution: Contribution, before: GivenFeedback | None, review: Review, kind: FeedbackKind, company: int | None
) -> None:
    if before is not None:
        said = {"kind": kind.name, "told_at": Now(), "taken_back_at": None}
        Feedback.objects.filter(pk=before.feedback_id).update(**said, company=company)
        GivenFeedback.objects.filter(pk=before.pk).update(**said)
        feedback_id = before.feedback_id
    else:
        feedback = Feedback.objects.create(
            participant_id=contribution.participant_id, contribution=contribution, kind=kind.name, company_id=company
        )
        feedback_id = feedback.pk
        GivenFeedback.objects.create(
            participant_id=review.participant_id,
            review=review,
            contribution=contribution,
            feedback=feedback,
            kind=kind.name,
        )
    notify(sharers_of(contribution), "feedback", feedback_id)


def sharers_of(contribution: Contribution) -> list[Member]:
    """Who shared it, while at the company."""
    own = Member.objects.acting().filter(participant=contribution.participant_id)
    return list(own.filter(user=contribution.shared_by_id))
