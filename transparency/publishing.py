"""Publishing a year's figures, and finding what is published."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from audit.events import Event
from audit.record import Actor, record
from lantern.lib.tenancy import acting_as_system
from reviews.models import Decision
from transparency.models import Edition
from transparency.snapshots import Snapshot, sha256_of, snapshot_of


class YearNotOver(Exception):
    """Only a year that has ended (UTC) can be published."""


@dataclass(frozen=True)
class Report:
    """What the public sees of a year: its latest edition, or running figures where none is published."""

    year: int
    snapshot: Snapshot
    sha256: str
    edition: int | None = None
    published_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether these are figures so far, which change, and no edition."""
        return self.edition is None


@transaction.atomic
def publish_edition(year: int, *, by: Actor) -> Edition:
    """Freeze the figures of a year that is over as its next edition. Raises `YearNotOver`."""
    if year >= timezone.now().year:
        raise YearNotOver
    _one_at_a_time()
    latest = Edition.objects.filter(year=year).first()
    number = latest.number + 1 if latest else 1
    snapshot = snapshot_of(year, edition=number)
    edition = Edition.objects.create(
        year=year, number=number, snapshot=snapshot, sha256=sha256_of(snapshot), published_by_id=by.user_id
    )
    record(Event.EDITION_PUBLISHED, edition, by=by, year=year, number=number, sha256=edition.sha256)
    return edition


def _one_at_a_time() -> None:
    # Until this transaction ends: two who publish at once make two editions, one after the other.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('transparency_edition'))")


def report_of(year: int) -> Report | None:
    """The report of a year; None for a year of which there is nothing to tell."""
    edition = Edition.objects.filter(year=year).first()
    if edition:
        return Report(year, edition.snapshot, edition.sha256, edition.number, edition.published_at)
    if year not in _years_with_figures():
        return None
    snapshot = snapshot_of(year)
    return Report(year, snapshot, sha256_of(snapshot))


def years() -> dict[int, Edition | None]:
    """The years there is a report of, the latest first, each with its latest edition or None for figures so far."""
    editions = {edition.year: edition for edition in Edition.objects.order_by("year", "number")}
    return {year: editions.get(year) for year in sorted(editions.keys() | _years_with_figures(), reverse=True)}


def _years_with_figures() -> set[int]:
    """The running year, and years since the first decision that are over but not published yet."""
    this_year = timezone.now().year
    with acting_as_system():
        first = Decision.objects.order_by("decided_at").values_list("decided_at__year", flat=True).first()
    return set(range(min(first or this_year, this_year), this_year + 1))
