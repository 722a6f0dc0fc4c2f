"""Finding what there is to read: editions, and the figures so far of years that have none."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from transparency.models import Edition, RunningFigures
from transparency.running import figures_now
from transparency.snapshots import Snapshot


@dataclass(frozen=True)
class Report:
    """What the public sees of a year: one of its editions, or running figures where none is published."""

    year: int
    snapshot: Snapshot
    sha256: str
    edition: int | None = None
    published_at: datetime | None = None
    computed_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether these are figures so far, which change, and no edition."""
        return self.edition is None

    @property
    def file_stem(self) -> str:
        """How the report's files are called, without their ending."""
        return f"lantern-{self.year}-{'running' if self.is_running else f'edition-{self.edition}'}"


def report_of(year: int) -> Report | None:
    """The report of a year: its latest edition or figures so far; None for a year of which there is nothing to tell.

    Nobody waits for the year to be counted: figures so far are those that `transparency.running` kept last. Only a
    portal that has not kept any yet counts the running year for whoever asks.
    """
    edition = Edition.objects.filter(year=year).first()
    if edition:
        return report_of_edition(edition)
    kept = RunningFigures.objects.filter(year=year).first()
    if kept is None and year == timezone.now().year:
        kept = figures_now(year)
    return Report(year, kept.snapshot, kept.sha256, computed_at=kept.computed_at) if kept else None


def report_of_edition(edition: Edition) -> Report:
    """An edition as it is read."""
    return Report(edition.year, edition.snapshot, edition.sha256, edition.number, edition.published_at)


def years() -> dict[int, Edition | None]:
    """The years there is a report of, the latest first, each with its latest edition or None for figures so far."""
    told = Edition.objects.defer("snapshot").order_by("year", "number")
    editions = {edition.year: edition for edition in told}
    running = {timezone.now().year, *RunningFigures.objects.values_list("year", flat=True)}
    return {year: editions.get(year) for year in sorted(editions.keys() | running, reverse=True)}
