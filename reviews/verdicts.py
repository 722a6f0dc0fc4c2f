"""What all other participants concluded about a signal, told only in sums that show no single company's answer."""

from django.conf import settings
from django.db.models import Count, DurationField, Exists, OuterRef, QuerySet, Subquery

from lantern.lib.compiled import CompiledQuery, Parameter
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.models import Appeal, AppealOutcome, Decision, Review
from reviews.outcomes import ACTIONED, REJECTIONS
from signals.models import Signal

FEWEST = 3  # companies that must have decided before anything is told


def told_verdicts(signal: Signal, reader: Member) -> str:
    """How many other companies acted on the signal and how many rejected it, by decisions that are final.

    One that was reversed on appeal rejects. "" for too few, and where all that have it to review say the same: the sum
    would be the answer of each.
    """
    with acting_as_system(savepoint=False):
        final = _final.rows(signal=signal.pk, reader=reader.participant_id, window=settings.UNDO_WINDOW)
    if len(final) < FEWEST:
        return ""
    rejected = sum(dismissal in REJECTIONS or is_reversed for _, dismissal, is_reversed, _ in final)
    acted = sum(verdict == ACTIONED.name and not is_reversed for verdict, _, is_reversed, _ in final)
    if len(final) in (acted, rejected) and len(final) == final[0][3]:
        return ""
    return (
        f"{len(final):,} other companies have decided: {acted:,} acted on it,"
        f" {rejected:,} found no violation or the wrong person."
    )


@CompiledQuery
def _final() -> QuerySet[Decision, tuple[str, str, bool, int]]:
    window, reader = Parameter("window", output_field=DurationField()), Parameter("reader")
    others = Decision.objects.free_to_leave(window=window).exclude(participant=reader)
    reverses = Appeal.objects.filter(decision=OuterRef("pk"), outcome=AppealOutcome.REVERSED)
    theirs = Review.objects.filter(signal=OuterRef("review__signal")).exclude(participant=reader)
    number = theirs.order_by().values("signal").annotate(number=Count("pk")).values("number")
    final = others.filter(review__signal=Parameter("signal"))
    return final.values_list("verdict", "dismissal", Exists(reverses), Subquery(number))
