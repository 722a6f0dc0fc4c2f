"""How a participant reviews: reading and choosing it."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from audit.events import Event
from audit.record import record
from lantern.lib.compiled import CompiledQuery, Parameter
from participants.models import Member
from reviews.models import ReviewPractice


def practice_of(participant_id: int) -> ReviewPractice:
    """What the participant chose, or the defaults."""
    return _chosen.first(participant=participant_id) or ReviewPractice(participant_id=participant_id)


@transaction.atomic
def choose_practice(
    *,
    outcomes: Collection[str],
    severities: Collection[int],
    sample_percent: int,
    break_is_binding: bool,
    by: Member,
) -> ReviewPractice:
    """Keep how `by`'s participant reviews. It holds for decisions from now on."""
    values = {
        "outcomes": sorted(outcomes),
        "severities": sorted(severities),
        "sample_percent": sample_percent,
        "break_is_binding": break_is_binding,
    }
    practice, _ = ReviewPractice.objects.update_or_create(participant=by.participant, defaults=values)
    record(
        Event.PRACTICE_CHOSEN,
        practice,
        by=by,
        outcomes=sorted(outcomes),
        severities=[str(rank) for rank in sorted(severities)],
        sample_percent=sample_percent,
        break_is_binding=break_is_binding,
    )
    return practice


@CompiledQuery
def _chosen() -> QuerySet[ReviewPractice]:
    return ReviewPractice.objects.filter(participant=Parameter("participant"))
