"""What follows when somebody decides or undoes, and when signals turn out to be disputed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.feedback import drop_feedback, plan_feedback, tell_again
from reviews.models import Appeal, AppealOutcome, Decision, Review, ReviewState
from reviews.notices import appealed, became_disputed, decided, undone
from reviews.notifying import notify
from reviews.second_reviews import ask_for_second, no_second_for


@receiver(decided)
def follow(review: Review, decision: Decision, **_: Any) -> None:
    ask_for_second(review, decision)
    plan_feedback(review, decision)


@receiver(undone)
def follow_undoing(decision: Decision, **_: Any) -> None:
    no_second_for(decision)
    drop_feedback([decision])


@receiver(appealed)
def follow_appeal(review: Review, decision: Decision, appeal: Appeal, **_: Any) -> None:
    if appeal.outcome == AppealOutcome.REVERSED:
        tell_again(review, decision)


@receiver(became_disputed)
def follow_dispute(signals: Sequence[UUID], **_: Any) -> None:
    tell_deciders(signals)


def tell_deciders(signals: Sequence[UUID]) -> None:
    """Tell whoever decided on these signals that something happened to them since."""
    with acting_as_system():
        standing = Decision.objects.in_force().filter(review__signal__in=signals, review__state=ReviewState.DECIDED)
        for decision in standing.only("review_id", "decided_by_id"):
            notify([Member(pk=decision.decided_by_id)], "touched", decision.review_id)
