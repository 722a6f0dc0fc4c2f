"""A buddy: a participant that helps another through its first year."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from participants.models.participant import Participant


class Buddy(models.Model):
    """Who helps whom, from when to when, and the person to ask."""

    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, related_name="buddy")
    helper = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="helps")
    person = models.CharField(max_length=100, help_text="Whom to ask there, by name.")
    since = models.DateField()
    until = models.DateField()

    class Meta:
        verbose_name_plural = "buddies"
        constraints = (
            models.CheckConstraint(condition=~Q(participant=F("helper")), name="buddy_is_another_participant"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="buddy_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"{self.person} ({self.helper})"

    @property
    def is_current(self) -> bool:
        """Whether the year is not over."""
        return self.since <= timezone.now().date() <= self.until
