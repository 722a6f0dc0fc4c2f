"""What a participant that left had shared is withdrawn, with notice to the readers.

The job is the fact itself: contributions in force of a participant that has left. An upload that was being shared at
that moment may add some after the first withdrawal; the sweeper finds them and asks again.
"""

from django.db.models import Exists, OuterRef

from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from participants.models import Participant, ParticipantState
from signals.end_reasons import DEPARTED
from signals.models import Contribution, Withdrawal
from signals.withdrawing import withdraw_everything

WITHDRAW_DEPARTED = "signals.withdraw_departed"


def withdraw_departed() -> int:
    """Have all withdrawn that participants who left still have in force; of how many of them. Safe to run twice."""
    with acting_as_system():
        shares = Exists(Contribution.objects.in_force().filter(participant=OuterRef("pk")))
        left = Participant.objects.select_for_update(skip_locked=True, no_key=True)
        departed = list(left.filter(shares, state=ParticipantState.LEFT))
        under_way = Withdrawal.objects.filter(reason=DEPARTED.name, finished_at__isnull=True)
        known = set(under_way.values_list("participant_id", flat=True))
        return sum(withdraw_everything(each) is not None for each in departed if each.pk not in known)


def ring_for_departure() -> None:
    """Have a worker begin."""
    ring(WITHDRAW_DEPARTED)
