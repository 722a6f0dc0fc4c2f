"""Finding what there is to read: editions, and the figures so far of years that have none."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from lantern.lib.tenancy import acting_as_system
from reviews.models import Decision
from transparency.models import Edition
from transparency.snapshots import Snapshot, sha256_of, snapshot_of


@dataclass(frozen=True)
class Report:
    """What the public sees of a year: one of its editions, or running figures where none is published."""

    year: int
    snapshot: Snapshot
    sha256: str
    edition: int | None = None
    published_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether these are figures so far, which change, and no edition."""
        return self.edition is None

    @property
    def file_stem(self) -> str:
        """How the report's files are called, without their ending."""
        return f"lantern-{self.year}-{'running' if self.is_running else f'edition-{self.edition}'}"


def report_of(year: int) -> Report | None:
    """The report of a year: its latest edition or figures so far; None for a year of which there is nothing to tell."""
    edition = Edition.objects.filter(year=year).first()
    if edition:
        return report_of_edition(edition)
    if year not in _years_with_figures():
        return None
    snapshot = snapshot_of(year)
    return Report(year, snapshot, sha256_of(snapshot))


def report_of_edition(edition: Edition) -> Report:
    """An edition as it is read."""
    return Report(edition.year, edition.snapshot, edition.sha256, edition.number, edition.published_at)


def years() -> dict[int, Edition | None]:
    """The years there is a report of, the latest first, each with its latest edition or None for figures so far."""
    told = Edition.objects.defer("snapshot").order_by("year", "number")
    editions = {edition.year: edition for edition in told}
    return {year: editions.get(year) for year in sorted(editions.keys() | _years_with_figures(), reverse=True)}


def _years_with_figures() -> set[int]:
    """The running year, and years since the first decision that are over but not published yet."""
    this_year = timezone.now().year
    with acting_as_system():
        first = Decision.objects.order_by("decided_at").values_list("decided_at__year", flat=True).first()
    return set(range(min(first or this_year, this_year), this_year + 1))
