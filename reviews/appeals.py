"""What came of an appeal by the person concerned, on the participant's own platform."""

from django.db import IntegrityError, transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from reviews.models import Appeal, Decision
from reviews.models.second_review import PENDING
from reviews.notices import appealed
from reviews.outcomes import VERDICTS


class NothingToAppeal(Exception):
    """The decision does not stand, nothing was done by it, or its appeal is recorded already."""


class TooEarly(Exception):
    """The decision can still be undone, or somebody may still vote blind on it."""


def may_be_appealed(decision: Decision) -> bool:
    """Whether what came of an appeal against the decision, which stands, can be written down now."""
    return VERDICTS[decision.verdict].has_measures and not hasattr(decision, "appeal") and _is_settled(decision)


@transaction.atomic
def record_appeal(decision: Decision, *, outcome: str, words: str = "", by: Member) -> Appeal:
    """Write down whether an actioned decision was upheld or reversed. Raises `NothingToAppeal` and `TooEarly`."""
    if not Decision.objects.in_force().filter(pk=decision.pk).exists():
        raise NothingToAppeal
    # Before what was decided: whoever is still to vote is not to learn it from the answer.
    if not _is_settled(decision):
        raise TooEarly
    if not VERDICTS[decision.verdict].has_measures:
        raise NothingToAppeal
    said = {"outcome": outcome, "words": words, "recorded_by": by, "participant": by.participant}
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(decision=decision, **said)
    except IntegrityError as error:
        raise NothingToAppeal from error
    record(Event.APPEAL_RECORDED, decision.review, by=by, outcome=outcome)
    appealed.send(sender=None, review=decision.review, decision=decision, appeal=appeal, by=by)
    return appeal


def _is_settled(decision: Decision) -> bool:
    """Whether it can no longer be undone and no second look waits. An appeal tells that something was done."""
    settled = Decision.objects.final().exclude(second_review__state__in=PENDING)
    return settled.filter(pk=decision.pk).exists()
