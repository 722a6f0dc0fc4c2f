"""Check-ins and practice reviews: what a participant answers regularly and staff sign off."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, seal, unseal
from participants.models.application import Answers
from participants.models.member import Member
from participants.models.participant import Participant
from participants.questions import CHECK_IN, PRACTICE_REVIEW, Question

ANSWERS = Place("participants_checkin", "answers")


class CheckInKind(models.TextChoices):
    """What is asked, and how often."""

    CHECK_IN = "check_in", "check-in"
    PRACTICE_REVIEW = "practice_review", "policy and practice review"

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked."""
        return CHECK_IN if self == CheckInKind.CHECK_IN else PRACTICE_REVIEW

    @property
    def months(self) -> int:
        """How often."""
        return settings.CHECK_IN_MONTHS if self == CheckInKind.CHECK_IN else settings.PRACTICE_REVIEW_MONTHS


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    """Check-ins, and who may see which."""

    def visible_to(self, member: Member) -> Self:
        """Those of the member's own participant."""
        return self.filter(participant=member.participant_id)

    def open(self) -> Self:
        """Not signed off yet, answered or not."""
        return self.filter(signed_off_at=None)

    def unanswered(self) -> Self:
        """Nobody has answered, or staff sent the answers back."""
        return self.filter(answered_at=None)


class CheckIn(models.Model):
    """One check-in or practice review of one participant: due, answered, signed off."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="check_ins")
    kind = models.CharField(max_length=16, choices=CheckInKind)
    due_on = models.DateField()
    answers = models.BinaryField(null=True, help_text="Sealed.")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    remark = models.TextField(max_length=1_000, blank=True, help_text="What staff asked when they sent it back.")
    sent_back_at = models.DateTimeField(null=True, help_text="When that was, the last time.")
    signed_off_at = models.DateTimeField(null=True)
    signed_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = "check-in"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=CheckInKind.values), name="check_in_kind_is_known"),
            models.UniqueConstraint(fields=["participant", "kind", "due_on"], name="check_in_is_due_once_a_day"),
            models.UniqueConstraint(
                fields=["participant", "kind"],
                condition=Q(signed_off_at__isnull=True),
                name="check_in_is_open_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, answers__isnull=False),
                name="check_in_is_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(signed_off_at__isnull=True, signed_off_by__isnull=True)
                | Q(signed_off_at__isnull=False, answered_at__isnull=False),
                name="check_in_is_signed_off_when_answered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.label} due on {self.due_on:%-d %B %Y}"

    @property
    def label(self) -> str:
        """Check-in, or policy and practice review."""
        return CheckInKind(self.kind).label.capitalize()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked."""
        return CheckInKind(self.kind).questions

    @property
    def opened_answers(self) -> Answers:
        """The answers by the name of their question; none yet is empty. Raises `SealBroken`."""
        answers: Answers = json.loads(unseal(self.answers, ANSWERS, self.id)) if self.answers else {}
        return answers

    @property
    def told_answers(self) -> list[tuple[str, str]]:
        """Question and answer, as a page shows them."""
        answers = self.opened_answers
        return [(question.label, question.told(answers.get(question.name))) for question in self.questions]

    @property
    def state_label(self) -> str:
        """Where it stands, in words."""
        if self.signed_off_at:
            return "signed off"
        if self.answered_at:
            return "answered, waiting for the coalition"
        return "overdue" if self.is_overdue() else "to be answered"

    @property
    def state_tone(self) -> str:
        """The tone of that."""
        tones = {"signed off": "ok", "overdue": "danger", "to be answered": "warn"}
        return tones.get(self.state_label, "info")

    def is_overdue(self, today: date | None = None) -> bool:
        """Whether it is past its day and unanswered."""
        return self.answered_at is None and self.due_on < (today or timezone.now().date())

    def seal_answers(self, answers: Mapping[str, str | int | bool | None]) -> None:
        """Put the answers in."""
        self.answers = seal(json.dumps(dict(answers)), ANSWERS, self.id)


class Step(models.TextChoices):
    """What the portal does about a check-in by itself, each at most once."""

    FIRST = "first", "first reminder"
    SECOND = "second", "second reminder"
    DUE = "due", "reminder on the day"
    READ_ONLY = "read_only", "made read-only"
    SUSPENDED = "suspended", "suspended"


class CheckInNotice(models.Model):
    """A step that was taken. That there can be one row only makes a second run do nothing."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="notices")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(max_length=16, choices=Step)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["check_in", "step"], name="check_in_step_is_taken_once"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="check_in_step_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.step} of {self.check_in_id}"
