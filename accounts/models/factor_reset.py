"""A lost factor is taken off by two people of the coalition: one asks, another confirms."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from lantern.lib.ids import new_id

OPEN_FOR = timedelta(days=3)


class FactorResetQuerySet(models.QuerySet["FactorReset"]):
    """Resets, and those that can still be confirmed."""

    def waiting(self) -> Self:
        """Asked for lately, neither confirmed nor withdrawn."""
        return self.filter(confirmed_at=None, withdrawn_at=None, asked_at__gt=timezone.now() - OPEN_FOR)


class FactorReset(models.Model):
    """What two of the staff did for a person who lost every factor. The database holds them apart."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="factor_resets")
    reason = models.CharField(max_length=200, help_text="How you made sure that it is this person who asks.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(asked_by=F("person")), name="factor_reset_is_not_asked_for_oneself"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("asked_by")) & ~Q(confirmed_by=F("person"))),
                name="factor_reset_is_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, withdrawn_at=None),
                name="factor_reset_is_confirmed_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} ({self.state})"

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.confirmed_at:
            return "done"
        if self.withdrawn_at:
            return "withdrawn"
        return "waits for a second person" if self.asked_at > timezone.now() - OPEN_FOR else "ran out"
