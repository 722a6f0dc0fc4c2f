"""What came of an appeal by the person concerned, on the participant's own platform."""

from django.db import IntegrityError, transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from reviews.models import Appeal, Decision
from reviews.notices import appealed
from reviews.outcomes import VERDICTS


class NothingToAppeal(Exception):
    """The decision does not stand, nothing was done by it, or its appeal is recorded already."""


@transaction.atomic
def record_appeal(decision: Decision, *, outcome: str, words: str = "", by: Member) -> Appeal:
    """Write down whether an actioned decision was upheld or reversed. Raises `NothingToAppeal`."""
    stands = Decision.objects.in_force().final().filter(pk=decision.pk).exists()
    if not stands or not VERDICTS[decision.verdict].has_measures:
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
