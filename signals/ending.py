"""The end of contributions, whatever ends them: what they told goes, and a signal that has none left keeps no value.

Everything here runs as the portal: a signal's last contribution takes with it what others once said about it. Callers
say which contributions, and have made sure that they may.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from lantern.lib.tenancy import Scope, current
from signals.merge import refresh_signals
from signals.models import ContributionState
from signals.notices import contributions_ended

# Signals of which nothing may be wiped. Who places a hold locks the signals first, as everybody here does.
HELD = """
(SELECT h.signal_id FROM signals_legalhold h WHERE h.lifted_at IS NULL AND h.signal_id IS NOT NULL
 UNION
 SELECT hc.signal_id FROM signals_legalhold h JOIN signals_contribution hc ON hc.incident_id = h.incident_id
 WHERE h.lifted_at IS NULL)
"""

# In the order of their fingerprints, as the merge does it, so that nobody waits in a circle.
LOCK = """
SELECT id FROM signals_signal
WHERE id IN (SELECT signal_id FROM signals_contribution WHERE id = ANY(%(contributions)s))
ORDER BY fingerprint FOR UPDATE
"""

END = f"""
UPDATE signals_contribution SET state = %(state)s, end_reason = %(reason)s, ended_at = now(),
    note = CASE WHEN signal_id IN {HELD} THEN note END
WHERE id = ANY(%(contributions)s) AND state = 'in_force'
"""

ENTOMB = f"""
UPDATE signals_signal s SET contributor_count = 0, is_disputed = false, routing_due = true, relations_due = true,
    value = CASE WHEN s.id IN {HELD} THEN value END
WHERE s.id = ANY(%(signals)s) AND s.contributor_count > 0
AND NOT EXISTS (SELECT 1 FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force')
RETURNING s.id
"""

# What has ended and is held by nobody any more: notes that history kept for who still says something, and values that a
# hold had kept.
WIPE_NOTES = f"""
UPDATE signals_contribution c SET note = NULL
WHERE c.signal_id = ANY(%(signals)s) AND c.note IS NOT NULL AND c.signal_id NOT IN {HELD}
AND (c.state IN ('withdrawn', 'expired') OR NOT EXISTS (
    SELECT 1 FROM signals_contribution o WHERE o.signal_id = c.signal_id AND o.state = 'in_force'
    AND o.participant_id + 0 = c.participant_id))
"""
WIPE_VALUES = f"""
UPDATE signals_signal SET value = NULL, relations_due = true
WHERE id = ANY(%(signals)s) AND contributor_count = 0 AND value IS NOT NULL AND id NOT IN {HELD}
"""


def end_contributions(
    contributions: Sequence[UUID], *, state: ContributionState, reason: str
) -> tuple[int, list[UUID]]:
    """End those of the contributions that are in force; says how many that were, and which signals ended with them.

    Whoever asks next finds nothing of a signal that ended. Safe to run twice. Only as the portal.
    """
    assert current().scope == Scope.SYSTEM
    signals = lock_signals(contributions)
    values: dict[str, Any] = {"contributions": list(contributions), "state": state.value, "reason": reason}
    with connection.cursor() as cursor:
        cursor.execute(END, values)
        number = cursor.rowcount
    if not number:
        return 0, []
    refresh_signals(signals)
    ended = _entomb(signals)
    contributions_ended.send(sender=None, signals=signals, ended=ended, why=reason)
    return number, ended


def lock_signals(contributions: Sequence[UUID]) -> list[UUID]:
    """Lock the signals of these contributions, as soon as whoever works on one is done; says which they are."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"contributions": list(contributions)})
        return [row[0] for row in cursor.fetchall()]


def wipe(signals: Sequence[UUID]) -> None:
    """Wipe what is left of signals and contributions that have ended, where no legal hold keeps it. As the portal."""
    with connection.cursor() as cursor:
        cursor.execute(WIPE_NOTES, {"signals": list(signals)})
        cursor.execute(WIPE_VALUES, {"signals": list(signals)})


def _entomb(signals: Sequence[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(ENTOMB, {"signals": list(signals)})
        ended = [row[0] for row in cursor.fetchall()]
    wipe(signals)
    return ended
