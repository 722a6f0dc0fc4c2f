"""Deciding: one transaction for decision, measures, state and event."""

from collections.abc import Mapping

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from reviews.claims import ClaimLost
from reviews.models import Decision, Measure, Review, ReviewState
from reviews.notices import decided
from reviews.outcomes import DISMISSALS, VERDICTS


class NothingMeasured(Exception):
    """An actioned decision says what was done and how much of it; a dismissed one has no measures."""


class ReasonMissing(Exception):
    """A dismissed decision has one of the known reasons, in words where that reason wants them."""


@transaction.atomic
def record_decision(
    review: Review,
    *,
    verdict: str,
    by: Member,
    measures: Mapping[str, int] | None = None,
    dismissal: str = "",
    policy: str = "",
    reason: str = "",
) -> Decision:
    """Conclude a review the member holds. `measures` are counts of at least 1 by unit.

    Raises `ClaimLost` when the lease has run out, `NothingMeasured` when verdict and measures do not fit, and
    `ReasonMissing` when a dismissal does not say why.
    """
    measures = measures or {}
    if VERDICTS[verdict].has_measures != bool(measures):
        raise NothingMeasured
    if not VERDICTS[verdict].has_measures:
        _refuse_unexplained(dismissal, reason)
    done = {"state": ReviewState.DECIDED, "holder": None, "held_until": None}
    if not Review.objects.held_by(by).filter(pk=review.pk).update(**done):
        raise ClaimLost
    decision = Decision.objects.create(
        review=review,
        participant=by.participant,
        decided_by=by,
        verdict=verdict,
        dismissal=dismissal,
        policy=policy,
        reason=reason,
        replaces=review.decisions.filter(replaced_by__isnull=True).first(),
    )
    Measure.objects.bulk_create(
        Measure(decision=decision, participant=by.participant, unit=unit, count=count)
        for unit, count in measures.items()
    )
    record(Event.REVIEW_DECIDED, review, by=by, verdict=verdict, dismissal=dismissal, measures=dict(measures))
    decided.send(sender=Decision, review=review, decision=decision, by=by)
    return decision


def _refuse_unexplained(dismissal: str, reason: str) -> None:
    chosen = DISMISSALS.get(dismissal)
    if chosen is None or (chosen.needs_words and not reason):
        raise ReasonMissing
