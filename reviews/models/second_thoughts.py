"""What comes after a decision: taken back at once, looked at again, appealed against. All of it append-only."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from participants.models import Member, Participant
from reviews.models.review import Decision, Review
from reviews.outcomes import REOPENINGS


class UndoneDecision(models.Model):
    """The fact that a decision was taken back within the seconds in which that is possible. It then never counted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="undone")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The decision's; here for the wall."
    )
    undone_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"undoing of {self.decision_id}"


class Reopening(models.Model):
    """A decided review is looked at again, and why. The decision stays until another one replaces it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="reopenings")
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="+", help_text="The one that stood and is looked at again."
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The review's; here for the wall."
    )
    reopened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=32, choices=[(row.name, row.label) for row in REOPENINGS.values()])
    words = models.CharField(max_length=500, blank=True)
    reopened_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(reason__in=list(REOPENINGS)), name="reopening_reason_is_known"),
            models.CheckConstraint(
                condition=~Q(reason__in=[row.name for row in REOPENINGS.values() if row.needs_words]) | ~Q(words=""),
                name="reopening_tells_words_when_other",
            ),
        )

    def __str__(self) -> str:
        return f"reopening of {self.review_id}"

    @property
    def reason_label(self) -> str:
        """Its reason in words."""
        return REOPENINGS[self.reason].label


class AppealOutcome(models.TextChoices):
    """What came of an appeal by the person concerned."""

    UPHELD = "upheld", "upheld: the decision stands"
    REVERSED = "reversed", "reversed: the decision was wrong"


class Appeal(models.Model):
    """The person concerned appealed against what was done, and what came of it on the participant's own platform."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The decision's; here for the wall."
    )
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=AppealOutcome)
    words = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=AppealOutcome.values), name="appeal_outcome_is_known"),
        )

    def __str__(self) -> str:
        return f"appeal against {self.decision_id}"

    @property
    def outcome_label(self) -> str:
        """What came of it, in words."""
        return AppealOutcome(self.outcome).label
