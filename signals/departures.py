"""What a participant that left had shared is withdrawn, with notice to the readers.

The job is the fact itself: contributions in force of a participant that has left. Each slice is one transaction; a
worker that dies takes back its slice only, and the sweeper rings again for what is left.
"""

from uuid import UUID

from django.db import connection, transaction

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from participants.models import Participant, ParticipantState
from signals.merge import refresh_signals
from signals.models import Contribution, Signal
from signals.notices import signals_changed

WITHDRAW_DEPARTED = "signals.withdraw_departed"
SLICE = 1_000

TAKE = """
SELECT s.id FROM signals_signal s
WHERE s.id IN (SELECT signal_id FROM signals_contribution
               WHERE participant_id = %(participant)s AND state = 'in_force' LIMIT %(size)s)
ORDER BY s.fingerprint FOR UPDATE
"""
WITHDRAW = """
UPDATE signals_contribution SET state = 'withdrawn', ended_at = now()
WHERE signal_id = ANY(%(signals)s) AND participant_id = %(participant)s AND state = 'in_force'
"""


def withdraw_departed() -> int:
    """Withdraw everything that participants who left still have in force; how many contributions. Safe to run twice."""
    with acting_as_system():
        left = Participant.objects.filter(state=ParticipantState.LEFT)
        departed = list(left.filter(contributions__state="in_force").distinct())
    total = 0
    for participant in departed:
        while withdrawn := withdraw_slice(participant):
            total += withdrawn
    return total


def withdraw_slice(participant: Participant) -> int:
    """Withdraw so many of its contributions, in one transaction; how many that were."""
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute(TAKE, {"participant": participant.pk, "size": SLICE})
        signals: list[UUID] = [row[0] for row in cursor.fetchall()]
        if not signals:
            return 0
        cursor.execute(WITHDRAW, {"signals": signals, "participant": participant.pk})
        withdrawn: int = cursor.rowcount
        refresh_signals(signals)
        if withdrawn:
            why = "participant_left"
            record(
                Event.CONTRIBUTIONS_WITHDRAWN, Signal, by=PORTAL, participant=participant.slug, rows=withdrawn, why=why
            )
        transaction.on_commit(lambda: signals_changed.send(sender=Contribution))
        return withdrawn


def in_force_of(participant: Participant) -> int:
    """How many contributions of `participant` count now."""
    return Contribution.objects.in_force().filter(participant=participant).count()


def ring_for_departure() -> None:
    """Have a worker begin."""
    ring(WITHDRAW_DEPARTED)
