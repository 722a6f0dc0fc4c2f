"""When a decision is final: what follows from it may leave, and the signal may turn out to be disputed."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from reviews.finality import COUNTS
from reviews.models import Decision, Review, ReviewState
from reviews.models.review import Flag
from reviews.notices import became_disputed, settled
from reviews.outcomes import REJECTIONS
from signals.disputing import mark_disputed
from signals.models import Signal

SLICE = 500

# By signal: whether one participant rejected it and another acted on it, or confirmed it by sharing what somebody else
# had shared. A decision that was reversed on appeal rejects, whatever it said; one that waits for its second look, or
# whose second look was never held, says nothing yet.
JUDGED = f"""
WITH said AS MATERIALIZED (
    SELECT r.signal_id, r.participant_id,
        bool_or(d.verdict = 'actioned' AND NOT appeal.reversed) OVER (PARTITION BY r.signal_id) AS acted,
        d.dismissal = ANY(%(rejections)s) OR appeal.reversed AS rejected
    FROM reviews_review r
    JOIN LATERAL (
        SELECT d.id, d.verdict, d.dismissal FROM reviews_decision d
        WHERE d.review_id = r.id AND {COUNTS.format("d")}
        ORDER BY d.id DESC LIMIT 1
    ) d ON NOT EXISTS (SELECT 1 FROM reviews_secondreview x WHERE x.decision_id = d.id
        AND (x.state IN ('due', 'voted', 'void') OR x.conclusion IN ('return', 'change')))
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT 1 FROM reviews_appeal a WHERE a.decision_id = d.id AND a.outcome = 'reversed') AS reversed
    ) appeal
    WHERE r.signal_id = ANY(%(signals)s) AND r.settle_at IS NULL
)
SELECT s.id, s.id IN (SELECT x.signal_id FROM said x WHERE x.rejected AND (
    x.acted OR 1 < (SELECT count(*) FROM signals_contribution c WHERE c.signal_id = x.signal_id AND c.state = 'in_force'
        AND c.participant_id <> x.participant_id)
))
FROM signals_signal s WHERE s.id = ANY(%(signals)s) AND s.contributor_count > 0
"""


def settle() -> int:
    """Settle a slice of the decisions that are final since; says how many. Safe to run twice.

    Signals are locked before reviews, as by all that ends and merges them; what others are at waits for the next time.
    """
    with acting_as_system():
        due = Review.objects.filter(settle_at__lte=Now())
        about = list(due.order_by("settle_at").values_list("signal", flat=True)[:SLICE])
        free = Signal.objects.filter(pk__in=about).order_by("pk").select_for_update(skip_locked=True, no_key=True)
        found = due.filter(signal__in=list(free.values_list("pk", flat=True)))
        reviews = list(found.select_for_update(skip_locked=True, of=("self",)).order_by("settle_at")[:SLICE])
        if not reviews:
            return 0
        Review.objects.filter(pk__in=[review.pk for review in reviews]).update(settle_at=None)
        standing = Decision.objects.in_force().filter(review__in=reviews).select_related("review")
        for decision in standing:
            settled.send(sender=None, review=decision.review, decision=decision)
        refresh_disputes([review.signal_id for review in reviews], settled=[review.pk for review in reviews])
        record(Event.REVIEWS_SETTLED, Review, by=PORTAL, reviews=len(reviews))
    return len(reviews)


def refresh_disputes(signals: Sequence[UUID], *, settled: Sequence[UUID] = ()) -> None:
    """Say of each signal whether it is disputed, by the final decisions of all participants. As the portal.

    The decided reviews of those that became disputed are flagged, but for the ones just `settled`.
    """
    with connection.cursor() as cursor:
        cursor.execute(JUDGED, {"signals": list(signals), "rejections": REJECTIONS})
        judged = dict(cursor.fetchall())
    disputed = [signal for signal, is_disputed in judged.items() if is_disputed]
    new = list(Signal.objects.filter(pk__in=disputed, is_disputed=False).values_list("pk", flat=True))
    mark_disputed(disputed, is_disputed=True)
    mark_disputed([signal for signal, is_disputed in judged.items() if not is_disputed], is_disputed=False)
    touched = Review.objects.filter(signal__in=new, state=ReviewState.DECIDED).exclude(pk__in=settled)
    touched.update(flag=Flag.DISPUTED)
    if new:
        became_disputed.send(sender=None, signals=new)
