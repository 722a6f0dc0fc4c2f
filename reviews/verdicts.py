"""What all participants concluded about a signal, told only in sums that show no single company's answer."""

from django.conf import settings
from django.db.models import DurationField, QuerySet

from lantern.lib.compiled import CompiledQuery, Parameter
from lantern.lib.tenancy import acting_as_system
from reviews.models import Decision
from reviews.outcomes import ACTIONED, DISMISSALS
from signals.models import Signal

REJECTIONS = frozenset(row.name for row in DISMISSALS.values() if row.rejects)
FEWEST = 3  # companies that must have decided before anything is told


def told_verdicts(signal: Signal) -> str:
    """How many companies acted on the signal and how many rejected it, by decisions that are final; "" for too few."""
    with acting_as_system(savepoint=False):
        final = _final.rows(signal=signal.pk, window=settings.UNDO_WINDOW)
    if len(final) < FEWEST:
        return ""
    acted = sum(verdict == ACTIONED.name for verdict, _ in final)
    rejected = sum(dismissal in REJECTIONS for _, dismissal in final)
    return (
        f"{len(final):,} companies have decided: {acted:,} acted on it,"
        f" {rejected:,} found no violation or the wrong person."
    )


@CompiledQuery
def _final() -> QuerySet[Decision, tuple[str, str]]:
    window = Parameter("window", output_field=DurationField())
    final = Decision.objects.free_to_leave(window=window).filter(review__signal=Parameter("signal"))
    return final.values_list("verdict", "dismissal")
