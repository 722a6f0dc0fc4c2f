"""Editions: published, frozen versions of a year's report."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from transparency.kept_models import ClosedMonth, CoverageReminder, KeptFact, ReportedFigure

__all__ = ["ClosedMonth", "CoverageReminder", "Edition", "KeptFact", "ReportedFigure"]


class Edition(models.Model):
    """One published version. Append-only: a correction is a new edition, the old one stays."""

    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    snapshot = models.JSONField(help_text="Every figure with its definition, as it was when it was published.")
    sha256 = models.CharField(max_length=64, help_text="Of the snapshot's canonical JSON.")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-year", "-number"]
        constraints = (models.UniqueConstraint(fields=["year", "number"], name="edition_number_is_unique_in_its_year"),)

    def __str__(self) -> str:
        return f"{self.year}, edition {self.number}"
