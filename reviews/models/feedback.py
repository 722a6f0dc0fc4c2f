"""Feedback: what a contributor learns about what it shared, and the short thread where more is wanted.

Two sides, two sets of rows. The contributor reads `Feedback`; the company that decided reads `OutgoingFeedback` and
`GivenFeedback`, which name its review. Neither can read the other's rows, and messages are kept once for each side.
"""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, seal, unseal
from participants.models import Member, Participant
from reviews.feedback_kinds import FEEDBACK_KINDS, FeedbackKind
from reviews.models.review import Decision, Review
from signals.models import Contribution

WORDS = Place("reviews_feedbackmessage", "words")


class OutgoingState(models.TextChoices):
    """Whether what a decision means has been told."""

    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    VOID = "void", "not to be sent"


class OutgoingFeedback(models.Model):
    """What a decision will tell once it is final: after the time to undo it, and the second look where one is due."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="Who decided; here for the wall."
    )
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="outgoing")
    state = models.CharField(max_length=16, choices=OutgoingState, default=OutgoingState.WAITING)
    ready_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=OutgoingState.values), name="outgoing_state_is_known"),
        )
        indexes = (models.Index(fields=["ready_at"], name="outgoing_waiting", condition=Q(state="waiting")),)

    def __str__(self) -> str:
        return f"outgoing feedback {self.id}"


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Feedback, and whose it is."""

    def visible_to(self, member: Member) -> Self:
        """What others said about contributions of the member's own participant."""
        return self.filter(participant=member.participant_id)

    def standing(self) -> Self:
        """What has not been taken back."""
        return self.filter(taken_back_at__isnull=True)


class Feedback(models.Model):
    """What one company's decision means for one contribution. Says nothing of the review behind it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The contributor."
    )
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="feedback")
    kind = models.CharField(max_length=24, choices=[(row.name, row.label) for row in FEEDBACK_KINDS.values()])
    company = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="Who gave it; only where the sharing group names companies.",
    )
    told_at = models.DateTimeField(db_default=Now())
    taken_back_at = models.DateTimeField(null=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=list(FEEDBACK_KINDS)), name="feedback_kind_is_known"),
        )
        indexes = (models.Index(fields=["participant", "-told_at", "-id"], name="feedback_by_participant"),)

    def __str__(self) -> str:
        return f"feedback {self.id}"

    @property
    def row(self) -> FeedbackKind:
        """Its kind's row in the table."""
        return FEEDBACK_KINDS[self.kind]


class GivenFeedbackQuerySet(models.QuerySet["GivenFeedback"]):
    """Feedback as the company that gave it sees it."""

    def visible_to(self, member: Member) -> Self:
        """What the member's own participant told others."""
        return self.filter(participant=member.participant_id)

    def standing(self) -> Self:
        """What has not been taken back."""
        return self.filter(taken_back_at__isnull=True)


class GivenFeedback(models.Model):
    """The other side of a feedback: which review it came from, for the company that gave it alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", help_text="Who gave it.")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="+", db_index=False)
    feedback = models.OneToOneField(Feedback, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=[(row.name, row.label) for row in FEEDBACK_KINDS.values()])
    told_at = models.DateTimeField(db_default=Now())
    taken_back_at = models.DateTimeField(null=True)

    objects = GivenFeedbackQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["review", "contribution"], name="feedback_is_one_per_review_and_contribution"
            ),
        )
        indexes = (models.Index(fields=["participant", "-told_at"], name="given_feedback_by_participant"),)

    def __str__(self) -> str:
        return f"given feedback {self.id}"

    @property
    def row(self) -> FeedbackKind:
        """Its kind's row in the table."""
        return FEEDBACK_KINDS[self.kind]


class FeedbackMessage(models.Model):
    """One message of a thread, as one side keeps it. The words are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="Whose copy it is."
    )
    feedback = models.ForeignKey(Feedback, on_delete=models.PROTECT, related_name="+")
    is_own = models.BooleanField(help_text="Whether this side wrote it.")
    words = models.BinaryField(help_text="Sealed.")
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = (models.Index(fields=["participant", "feedback", "id"], name="feedback_message_in_thread"),)

    def __str__(self) -> str:
        return f"feedback message {self.id}"

    @property
    def shown_words(self) -> str:
        """The words, for the side whose copy it is."""
        return unseal(self.words, WORDS, self.id)


def seal_message(words: str, message_id: UUID) -> bytes:
    """The sealed words of the message with that id."""
    return seal(words, WORDS, message_id)
