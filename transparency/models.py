"""A year's report on its way: a draft, and its editions, published and frozen. Months are for staff alone."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from transparency.kept_models import ClosedMonth, CoverageReminder, KeptFact, ReportedFigure, RunningFigures

__all__ = [
    "ClosedMonth",
    "CoverageReminder",
    "Draft",
    "Edition",
    "EditionFile",
    "KeptFact",
    "MonthlyReport",
    "ReportedFigure",
    "RunningFigures",
]


class Draft(models.Model):
    """What becomes an edition: the figures as they were computed, and staff's words around them.

    A review is of exactly these words and figures: whoever changes either takes the review away (a trigger holds it).
    """

    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(help_text="Of the edition it becomes; above 1 it is a correction.")
    words = models.JSONField(help_text="Texts by name (`transparency.words`).")
    changes = models.TextField(blank=True, help_text="Why there is a correction.")
    snapshot = models.JSONField(help_text="Every figure with its definition, as it was when it was computed.")
    computed_at = models.DateTimeField(db_default=Now())
    revision = models.PositiveIntegerField(default=1, help_text="Nobody overwrites what they have not seen.")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(db_default=Now(), editable=False)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of what was reviewed.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-year", "-number"]
        constraints = (
            models.UniqueConstraint(fields=["year", "number"], name="one_draft_for_each_edition"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None, sha256="")
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False, sha256__regex=r"^[0-9a-f]{64}$"),
                name="draft_is_reviewed_by_somebody_as_a_whole",
            ),
        )

    def __str__(self) -> str:
        return f"Draft of {self.year}, edition {self.number}"

    @property
    def is_published(self) -> bool:
        """Whether its edition is out."""
        return Edition.objects.filter(draft=self).exists()

    @property
    def state_label(self) -> str:
        """Where it stands."""
        if self.is_published:
            return "Published"
        return "Reviewed, to be published by somebody else" if self.reviewed_at else "Being written"


class Edition(models.Model):
    """One published version. Append-only: a correction is a new edition, the old one stays."""

    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    snapshot = models.JSONField(help_text="Figures and words, as they were when it was published.")
    sha256 = models.CharField(max_length=64, help_text="Of the snapshot's canonical JSON.")
    # Editions from before there were drafts have neither.
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, null=True, related_name="edition")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-year", "-number"]
        constraints = (models.UniqueConstraint(fields=["year", "number"], name="edition_number_is_unique_in_its_year"),)

    def __str__(self) -> str:
        return f"{self.year}, edition {self.number}"


class EditionFile(models.Model):
    """One file of an edition, kept byte for byte: a newer Lantern hands out the same file."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    form = models.CharField(max_length=8)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    SEALED_AS: ClassVar = {"content": None}

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "form"], name="edition_has_one_file_of_each_form"),)


class MonthlyReport(models.Model):
    """The figures of a month that is over, unsuppressed, for staff. Never published, never changed."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-year", "-month"]
        constraints = (
            models.UniqueConstraint(fields=["year", "month"], name="one_report_for_each_month"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="month_is_a_month"),
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"
