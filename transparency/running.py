"""The figures so far of years that have no edition, counted by the clock and kept, so that no reader waits for them."""

from django.db import transaction
from django.utils import timezone

from lantern.lib.tenancy import acting_as_system
from reviews.models import Decision
from transparency.models import Edition, RunningFigures
from transparency.snapshots import sha256_of, snapshot_of


def keep_running() -> None:
    """Count the years that have no edition, each in its transaction; what an edition has replaced goes."""
    with acting_as_system():
        years = _years_without_edition()
    for year in sorted(years):
        with acting_as_system(), transaction.atomic():
            counted = figures_now(year)
            about = {"snapshot": counted.snapshot, "sha256": counted.sha256, "computed_at": counted.computed_at}
            RunningFigures.objects.update_or_create(year=year, defaults=about)
    with acting_as_system():
        RunningFigures.objects.exclude(year__in=years).delete()


def figures_now(year: int) -> RunningFigures:
    """The public figures of a year as the recorded events give them now. Nothing is kept."""
    moment = timezone.now()  # not after the counting: what is kept as of a closed year must not be rounded
    snapshot = snapshot_of(year)
    return RunningFigures(year=year, snapshot=snapshot, sha256=sha256_of(snapshot), computed_at=moment)


def _years_without_edition() -> set[int]:
    """The running year, and years since the first decision that are over but not published yet."""
    this_year = timezone.now().year
    first = Decision.objects.order_by("decided_at").values_list("decided_at__year", flat=True).first()
    published = set(Edition.objects.values_list("year", flat=True))
    return set(range(min(first or this_year, this_year), this_year + 1)) - published
