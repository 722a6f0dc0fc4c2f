"""How a participant reviews: what gets a second pair of eyes, and whether a break is a must."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from participants.models import Participant


def usual_sample() -> int:
    """The share of decisions, in percent, that get a second look where a participant has chosen none."""
    share: int = settings.SECOND_LOOK_PERCENT
    return share


class ReviewPractice(models.Model):
    """One row per participant that chose something; without one the defaults hold."""

    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, related_name="review_practice")
    outcomes = ArrayField(
        models.CharField(max_length=32), default=list, help_text="Names of verdicts and dismissal reasons."
    )
    severities = ArrayField(models.PositiveSmallIntegerField(), default=list, help_text="Ranks, 1 to 4.")
    sample_percent = models.PositiveSmallIntegerField(default=usual_sample)
    break_is_binding = models.BooleanField(
        default=False, help_text="Whether severe items wait until a break that is due was taken."
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(sample_percent__range=(0, 100)), name="practice_sample_is_a_share_of_hundred"
            ),
        )

    def __str__(self) -> str:
        return f"review practice of {self.participant_id}"
