"""What staff found on each question of an application."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from participants.models.participant import Participant
from participants.questions import VETTING


class VettingAnswer(models.Model):
    """One question: accepted or not yet, and why. The latest word of staff; the words before are in the events."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="vetting")
    question = models.CharField(max_length=32)
    accepted = models.BooleanField()
    note = models.TextField(max_length=1_000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["participant", "question"], name="vetting_answers_each_question_once"),
            models.CheckConstraint(
                condition=Q(question__in=[question.name for question in VETTING]), name="vetting_question_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question}: {'accepted' if self.accepted else 'not yet accepted'}"
