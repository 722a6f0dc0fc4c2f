"""The facts of months that are over, kept so that nobody counts millions of rows twice."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from participants.models import Participant


class ClosedMonth(models.Model):
    """A month (UTC) whose facts are kept. Nothing that happens later belongs to it."""

    month = models.DateField(primary_key=True)
    closed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"


class KeptFact(models.Model):
    """One fact of a closed month (`transparency.facts.Fact`), exactly as the events give it."""

    month = models.ForeignKey(ClosedMonth, on_delete=models.CASCADE, related_name="facts", db_index=False)
    since = models.DateField()
    name = models.CharField(max_length=32)
    scope = models.CharField(max_length=32)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    number = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["month", "since", "name", "scope", "participant"],
                name="kept_fact_is_one_of_its_kind",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.scope}"


class RunningFigures(models.Model):
    """A year's public figures so far, as they were when they were last computed. An edition takes their place."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    computed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.year}, so far"


class ReportedFigure(models.Model):
    """What a participant says it did outside the portal, in one year and unit. The latest word counts; append-only.

    These numbers are reported, not recorded: no figure of the portal contains them.
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=32)
    number = models.PositiveIntegerField(null=True, help_text="Empty: not collected.")
    note = models.CharField(max_length=500, blank=True)
    reported_by = models.ForeignKey("participants.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    reported_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        indexes = (models.Index(fields=["participant", "year"], name="reported_by_year"),)

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class CoverageReminder(models.Model):
    """A participant was asked to report for a year. Append-only."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    day = models.DateField(help_text="Nobody is reminded twice on one day.")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["participant", "year", "day"], name="reminder_is_sent_once_a_day"),
        )

    def __str__(self) -> str:
        return f"reminder for {self.year}"
