"""How a participant came to stand where it stands."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from participants.models.participant import Participant, ParticipantState


class StateChange(models.Model):
    """One move from a state to another. Append-only; `by` is empty where the portal moved it."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="state_changes")
    before = models.CharField(max_length=16, choices=ParticipantState)
    after = models.CharField(max_length=16, choices=ParticipantState)
    reason = models.TextField(max_length=1_000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints = (
            models.CheckConstraint(
                condition=Q(before__in=ParticipantState.values) & Q(after__in=ParticipantState.values),
                name="state_change_names_known_states",
            ),
        )

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"
