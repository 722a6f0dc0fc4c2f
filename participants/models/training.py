"""What members have learned, and when."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from participants.models.member import Member
from participants.models.participant import Participant
from participants.training_modules import MODULES


def in_date(prefix: str = "") -> Q:
    """The condition that a record, or one found under `prefix`, is of a module's present version and still runs."""
    versions = Q()
    for module in MODULES.values():
        versions |= Q(**{f"{prefix}module": module.slug, f"{prefix}version": module.version})
    return versions & Q(**{f"{prefix}valid_until__gt": Now()})


def end_of_validity() -> datetime:
    """Until when something passed now counts."""
    return timezone.now() + timedelta(days=settings.TRAINING_VALID_DAYS)


class TrainingNotice(models.Model):
    """A letter that reminded a member, so many days before its training first runs out. One each."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The member's; here for the wall."
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="training_notices")
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["member", "ends_on", "days"], name="training_notice_is_one_per_step"),
        )

    def __str__(self) -> str:
        return f"{self.days} days before {self.ends_on}"


class TrainingRecord(models.Model):
    """A member passed one version of a module. Append-only: refreshing it near its end is another record."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The member's; here for the wall."
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="training_records")
    module = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField()
    passed_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(default=end_of_validity)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(valid_until__gt=F("passed_at")), name="training_is_valid_for_a_time"),
        )
        indexes = (models.Index(fields=["member", "module", "version"], name="training_by_member"),)

    def __str__(self) -> str:
        return f"{self.module} {self.version}"
