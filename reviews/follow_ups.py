"""What follows when somebody decides or undoes, and when signals end or are corrected."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from participants.models import Member
from reviews.care import worked
from reviews.feedback import drop_feedback, plan_feedback
from reviews.models import Decision, Review
from reviews.notices import decided, undone
from reviews.second_reviews import ask_for_second, no_second_for
from reviews.touching import close_ended, touch
from signals.notices import contributions_ended


@receiver(decided)
def follow(review: Review, decision: Decision, by: Member, **_: Any) -> None:
    ask_for_second(review, decision)
    plan_feedback(review, decision)
    worked(review, by=by)


@receiver(undone)
def follow_undoing(decision: Decision, **_: Any) -> None:
    no_second_for(decision)
    drop_feedback(decision)


@receiver(contributions_ended)
def follow_ending(signals: Sequence[UUID], ended: Sequence[UUID], **_: Any) -> None:
    close_ended(ended)
    touch(ended, "ended")
    gone = set(ended)
    touch([signal for signal in signals if signal not in gone], "corrected")
