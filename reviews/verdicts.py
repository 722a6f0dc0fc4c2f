"""What all participants concluded about a signal, told only in sums that show no single company's answer."""

from django.db.models import Count, Q

from lantern.lib.tenancy import acting_as_system
from reviews.models import Decision
from reviews.outcomes import ACTIONED, DISMISSALS
from signals.models import Signal

FEWEST = 3  # companies that must have decided before anything is told


def told_verdicts(signal: Signal) -> str:
    """How many companies acted on the signal and how many rejected it, by decisions that are final; "" for too few."""
    rejected = Q(dismissal__in=[row.name for row in DISMISSALS.values() if row.rejects])
    with acting_as_system():
        final = Decision.objects.free_to_leave().filter(review__signal=signal)
        sums = final.aggregate(
            every=Count("pk"),
            acted=Count("pk", filter=Q(verdict=ACTIONED.name)),
            rejected=Count("pk", filter=rejected),
        )
    if sums["every"] < FEWEST:
        return ""
    told = (
        "{every:,} companies have decided: {acted:,} acted on it, {rejected:,} found no violation or the wrong person."
    )
    return told.format(**sums)
