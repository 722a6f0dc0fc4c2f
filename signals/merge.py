"""From the stage to signals and contributions: a handful of set-based statements per slice, for files and forms alike.

Every statement may run twice. Rows are locked in the order of their fingerprints, so two merges never wait for each
other in a circle, and everything a signal says about itself is derived from its contributions after they are locked.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from signals.reviving import revive
from signals.staging import Batch

# A slice is worked on in a temporary table of its own: small, and with statistics, so each join begins with it.
# Two halves of the fingerprints, which two connections may merge side by side; false for the lower one. Written as a
# comparison of truths, so that rows are always found by their numbers.
UPPER = "coalesce(fingerprint >= '80000000-0000-0000-0000-000000000000', false)"
BOTH = (False, True)
ROWS = f"""
batch = %(batch)s AND number > %(after)s AND number <= %(to)s AND outcome NOT IN ('rejected', 'duplicate')
AND {UPPER} = ANY(%(halves)s)
"""

DROP_SLICE = "DROP TABLE IF EXISTS slice"
SLICE = f"""
CREATE TEMPORARY TABLE slice ON COMMIT DROP AS SELECT t.*, outcome AS merged FROM signals_stagedrow t WHERE {ROWS}
"""
ANALYZE_SLICE = "ANALYZE slice (fingerprint, signal_id)"

# Both halves may make an incident at the same moment, under the same id: no matter which of the two is noticed first.
NEW_INCIDENTS = f"""
INSERT INTO signals_incident (id, participant_id, fingerprint, reference)
SELECT DISTINCT ON (incident_fingerprint) incident_id, participant_id, incident_fingerprint, incident_reference
FROM signals_stagedrow WHERE {ROWS} AND incident_fingerprint IS NOT NULL
ORDER BY incident_fingerprint, number
ON CONFLICT DO NOTHING
"""

# Whoever merges the same signals at the same time waits here, and then sees what the other has committed. A signal that
# is made here has one contribution, and says what that says. It was staged as new: a signal that is there stays there.
NEW_SIGNALS = """
INSERT INTO signals_signal
    (id, sharing_group_id, kind, service, fingerprint, value, severity, harm_types, confidence, tlp,
     contributor_count, routing_due)
SELECT signal_id, %(group)s, kind, service, fingerprint, value, severity, harm_types, confidence, tlp, 1, true
FROM slice ORDER BY fingerprint
ON CONFLICT (fingerprint) DO NOTHING
"""

# Those that were there under another id, with what was staged for those that have ended, whose value is gone.
KNOWN_SIGNALS = """
SELECT s.id, slice.signal_id, CASE WHEN s.value IS NULL THEN slice.value END
FROM slice JOIN signals_signal s ON s.fingerprint = slice.fingerprint
WHERE s.id <> slice.signal_id ORDER BY s.fingerprint FOR UPDATE OF s
"""

TELL_OUTCOMES = """
UPDATE slice SET signal_id = s.id, merged = CASE
    WHEN (SELECT true FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force'
          AND c.participant_id + 0 = slice.participant_id LIMIT 1) THEN 'already_yours'
    WHEN (SELECT true FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force' LIMIT 1)
        THEN 'corroborated'
    ELSE 'new' END
FROM signals_signal s
WHERE s.fingerprint = slice.fingerprint AND s.id <> slice.signal_id
"""

KEEP_OUTCOMES = """
UPDATE signals_stagedrow t SET outcome = slice.merged FROM slice
WHERE t.batch = %(batch)s AND t.number = slice.number AND slice.outcome <> slice.merged
"""

SUPERSEDE_OWN = """
UPDATE signals_contribution SET state = 'superseded', ended_at = now()
WHERE signal_id = ANY(%(signals)s) AND participant_id = %(participant)s AND state = 'in_force'
"""

# Each row looks its incident up by index: whatever the planner knows of the table, it is never read whole.
NEW_CONTRIBUTIONS = """
INSERT INTO signals_contribution
    (id, signal_id, sharing_group_id, participant_id, shared_by_id, upload_id, incident_id, harm_types, severity,
     confidence, observed_at, policy, note, tlp, expires_at, state)
SELECT contribution_id, signal_id, %(group)s, participant_id, %(user)s, %(upload)s,
    (SELECT i.id FROM signals_incident i WHERE i.fingerprint = incident_fingerprint),
    harm_types, severity, confidence, observed_at, policy, note, tlp, expires_at, 'in_force'
FROM slice
"""

# A signal that nobody shared was related to nothing, whether it lost its value or a legal hold kept it.
REFRESH = """
UPDATE signals_signal s SET
    severity = a.severity, confidence = a.confidence, tlp = a.tlp, contributor_count = a.contributor_count,
    harm_types = a.harm_types, last_shared_at = a.last_shared_at, routing_due = true,
    relations_due = s.relations_due OR s.contributor_count = 0
FROM (
    SELECT c.signal_id, max(c.severity) AS severity, max(c.confidence) AS confidence, max(c.tlp) AS tlp,
        count(DISTINCT c.participant_id) AS contributor_count, array_agg(DISTINCT h.harm) AS harm_types,
        max(c.shared_at) AS last_shared_at
    FROM signals_contribution c CROSS JOIN LATERAL unnest(c.harm_types) AS h(harm)
    WHERE c.signal_id = ANY(%(signals)s) AND c.state = 'in_force' GROUP BY c.signal_id
) a WHERE s.id = a.signal_id
"""


def merge_slice(batch: Batch, *, after: int, to: int, halves: Sequence[bool] = BOTH) -> None:
    """Merge the rows numbered above `after` up to `to`, or a half of them. Their incidents are there."""
    values = _values(batch, after, to, halves)
    with connection.cursor() as cursor:
        rows = _cut(cursor, values)
        cursor.execute(NEW_SIGNALS, values)
        known = _meet_known(cursor, values) if cursor.rowcount < rows else []
        cursor.execute(NEW_CONTRIBUTIONS, values)
    if known:
        refresh_signals(known)


def make_incidents(batch: Batch, *, after: int, to: int, halves: Sequence[bool] = BOTH) -> None:
    """Make the incidents that the rows name and that are not there."""
    with connection.cursor() as cursor:
        cursor.execute(NEW_INCIDENTS, _values(batch, after, to, halves))


def _values(batch: Batch, after: int, to: int, halves: Sequence[bool]) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "after": after,
        "to": to,
        "halves": list(halves),
        "group": batch.group_id,
        "participant": batch.participant_id,
        "user": batch.user_id,
        "upload": batch.upload_id,
    }


def _cut(cursor: CursorWrapper, values: Mapping[str, Any]) -> int:
    """Make the slice; how many rows it has."""
    cursor.execute(DROP_SLICE)
    cursor.execute(SLICE, values)
    rows: int = cursor.rowcount
    cursor.execute(ANALYZE_SLICE)
    return rows


def _meet_known(cursor: CursorWrapper, values: Mapping[str, Any]) -> list[UUID]:
    """Lock the signals that were there, and tell for each row what it says about its signal; the signals' ids."""
    cursor.execute(KNOWN_SIGNALS)
    found = cursor.fetchall()
    known = [row[0] for row in found]
    revive(row for row in found if row[2] is not None)
    cursor.execute(TELL_OUTCOMES)
    cursor.execute(KEEP_OUTCOMES, values)
    cursor.execute(SUPERSEDE_OWN, {**values, "signals": known})
    return known


def refresh_signals(signals: Sequence[UUID]) -> None:
    """Derive what these signals say about themselves from their contributions in force. Lock the signals first."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"signals": list(signals)})
