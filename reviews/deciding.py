"""Deciding: one transaction for decision, measures, state and event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.compiled import CompiledQuery, Parameter
from participants.models import Member
from reviews.care import worked
from reviews.claims import ClaimLost, lock_places
from reviews.models import Decision, DecisionBatch, Measure, Review, ReviewState
from reviews.notices import decided
from reviews.outcomes import DISMISSALS, VERDICTS

REPORTS = "reports_ncmec"


class NothingMeasured(Exception):
    """An actioned decision says what was done and how much of it; a dismissed one has no measures."""


class ReasonMissing(Exception):
    """A dismissed decision has one of the known reasons, in words where that reason wants them."""


class ReportsMissing(Exception):
    """There are more numbers of reports than reports."""


@dataclass(frozen=True)
class Conclusion:
    """What was concluded. `measures` are counts of at least 1 by unit, `report_ids` numbers of reports to NCMEC."""

    verdict: str
    measures: Mapping[str, int] = field(default_factory=dict)
    dismissal: str = ""
    policy: str = ""
    reason: str = ""
    report_ids: Sequence[str] = ()

    def refuse_what_does_not_fit(self) -> None:
        """Raises `NothingMeasured`, `ReasonMissing` or `ReportsMissing`."""
        has_measures = VERDICTS[self.verdict].has_measures
        if has_measures != bool(self.measures):
            raise NothingMeasured
        chosen = DISMISSALS.get(self.dismissal)
        if not has_measures and (chosen is None or (chosen.needs_words and not self.reason)):
            raise ReasonMissing
        if len(self.report_ids) > self.measures.get(REPORTS, 0):
            raise ReportsMissing


def record_decision(
    review: Review,
    *,
    verdict: str,
    by: Member,
    measures: Mapping[str, int] | None = None,
    dismissal: str = "",
    policy: str = "",
    reason: str = "",
    report_ids: Sequence[str] = (),
) -> Decision:
    """Conclude a review the member holds. It can be undone for some seconds (`reviews.undoing`).

    Raises `ClaimLost` when the lease has run out, `NothingMeasured` when verdict and measures do not fit,
    `ReasonMissing` when a dismissal does not say why, and `ReportsMissing` when there are more numbers than reports.
    """
    return conclude(review, Conclusion(verdict, measures or {}, dismissal, policy, reason, report_ids), by=by)


@transaction.atomic
def conclude(review: Review, said: Conclusion, *, by: Member, batch: DecisionBatch | None = None) -> Decision:
    """As `record_decision`; in a batch where many are decided together. Names the decision it replaces, if any."""
    said.refuse_what_does_not_fit()
    lock_places(by)
    done = {"state": ReviewState.DECIDED, "holder": None, "held_until": None, "flag": ""}
    if not Review.objects.held_by(by).filter(pk=review.pk).update(**done, settle_at=Now() + settings.UNDO_WINDOW):
        raise ClaimLost
    decision = write_down(review, said, by=by, batch=batch)
    # Which decision, not what it says: leads read the record, and one of them may have the second look, blind.
    record(Event.REVIEW_DECIDED, review, by=by, decision=str(decision.pk))
    worked(review, by=by)
    decided.send(sender=None, review=review, decision=decision, by=by)
    return decision


def write_down(review: Review, said: Conclusion, *, by: Member, batch: DecisionBatch | None = None) -> Decision:
    """The decision with its measures, in the place of the one before it, if any. In a transaction."""
    decision = Decision(
        review=review,
        participant=by.participant,
        decided_by=by,
        verdict=said.verdict,
        dismissal=said.dismissal,
        policy=said.policy,
        reason=said.reason,
        replaces=_before.first(review=review.pk),
        batch=batch,
    )
    decision.seal_report_ids(list(said.report_ids))
    decision.save(force_insert=True)
    Measure.objects.bulk_create(
        Measure(decision=decision, participant=by.participant, unit=unit, count=count)
        for unit, count in said.measures.items()
    )
    return decision


@CompiledQuery
def _before() -> QuerySet[Decision]:
    return Decision.objects.filter(review=Parameter("review")).order_by("-pk")[:1]
