"""From the stage to signals and contributions: a handful of set-based statements per slice, for files and forms alike.

Every statement may run twice. Rows are locked in the order of their fingerprints, so two merges never wait for each
other in a circle, and everything a signal says about itself is derived from its contributions after they are locked.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from signals.reviving import revive
from signals.staging import Batch

# A slice is worked on in a temporary table of its own: small, and with statistics, so each join begins with it.
SLICE = (
    "DROP TABLE IF EXISTS slice",
    """
    CREATE TEMPORARY TABLE slice ON COMMIT DROP AS
    SELECT t.*, outcome AS merged FROM signals_stagedrow t
    WHERE batch = %(batch)s AND number > %(after)s AND number <= %(to)s AND outcome NOT IN ('rejected', 'duplicate')
    """,
    "ANALYZE slice (fingerprint, signal_id, incident_fingerprint)",
)

NEW_INCIDENTS = """
INSERT INTO signals_incident (id, participant_id, fingerprint, reference)
SELECT DISTINCT ON (incident_fingerprint) incident_id, participant_id, incident_fingerprint, incident_reference
FROM slice WHERE incident_fingerprint IS NOT NULL
ORDER BY incident_fingerprint, number
ON CONFLICT (fingerprint) DO NOTHING
"""

# Whoever merges the same signals at the same time waits here, and then sees what the other has committed. A signal that
# is made here has one contribution, and says what that says.
NEW_SIGNALS = """
WITH made AS (
    INSERT INTO signals_signal
        (id, sharing_group_id, kind, service, fingerprint, value, severity, harm_types, confidence, tlp,
         contributor_count, routing_due)
    SELECT signal_id, %(group)s, kind, service, fingerprint, value, severity, harm_types, confidence, tlp, 1, true
    FROM slice ORDER BY fingerprint
    ON CONFLICT (fingerprint) DO NOTHING RETURNING id
)
UPDATE slice SET merged = 'made' FROM made WHERE made.id = slice.signal_id
"""

# With what was staged for those that have ended, whose value is gone.
KNOWN_SIGNALS = """
SELECT s.id, slice.signal_id, CASE WHEN s.value IS NULL THEN slice.value END
FROM slice JOIN signals_signal s ON s.fingerprint = slice.fingerprint
WHERE slice.merged <> 'made' ORDER BY s.fingerprint FOR UPDATE OF s
"""

TELL_OUTCOMES = """
UPDATE slice SET signal_id = s.id, merged = CASE
    WHEN EXISTS (SELECT 1 FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force'
                 AND c.participant_id + 0 = slice.participant_id) THEN 'already_yours'
    WHEN EXISTS (SELECT 1 FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force')
        THEN 'corroborated'
    ELSE 'new' END
FROM signals_signal s
WHERE s.fingerprint = slice.fingerprint AND slice.merged <> 'made'
"""

KEEP_OUTCOMES = """
UPDATE signals_stagedrow t SET outcome = told.outcome
FROM (SELECT number, CASE merged WHEN 'made' THEN 'new' ELSE merged END AS outcome, outcome AS before FROM slice) told
WHERE t.batch = %(batch)s AND t.number = told.number AND told.before <> told.outcome
"""

SUPERSEDE_OWN = """
UPDATE signals_contribution SET state = 'superseded', ended_at = now()
WHERE signal_id = ANY(%(signals)s) AND participant_id = %(participant)s AND state = 'in_force'
"""

NEW_CONTRIBUTIONS = """
INSERT INTO signals_contribution
    (id, signal_id, sharing_group_id, participant_id, shared_by_id, upload_id, incident_id, harm_types, severity,
     confidence, observed_at, policy, note, tlp, expires_at, state)
SELECT slice.contribution_id, slice.signal_id, %(group)s, slice.participant_id, %(user)s, %(upload)s, i.id,
    slice.harm_types, slice.severity, slice.confidence, slice.observed_at, slice.policy, slice.note, slice.tlp,
    slice.expires_at, 'in_force'
FROM slice LEFT JOIN signals_incident i ON i.fingerprint = slice.incident_fingerprint
"""

REFRESH = """
UPDATE signals_signal s SET
    severity = a.severity, confidence = a.confidence, tlp = a.tlp, contributor_count = a.contributor_count,
    harm_types = a.harm_types, last_shared_at = a.last_shared_at, routing_due = true
FROM (
    SELECT c.signal_id, max(c.severity) AS severity, max(c.confidence) AS confidence, max(c.tlp) AS tlp,
        count(DISTINCT c.participant_id) AS contributor_count, array_agg(DISTINCT h.harm) AS harm_types,
        max(c.shared_at) AS last_shared_at
    FROM signals_contribution c CROSS JOIN LATERAL unnest(c.harm_types) AS h(harm)
    WHERE c.signal_id = ANY(%(signals)s) AND c.state = 'in_force' GROUP BY c.signal_id
) a WHERE s.id = a.signal_id
"""


def merge_slice(batch: Batch, *, after: int, to: int) -> None:
    """Merge the rows numbered above `after` up to `to`."""
    values: dict[str, Any] = {
        "batch": batch.id,
        "after": after,
        "to": to,
        "group": batch.group_id,
        "participant": batch.participant_id,
        "user": batch.user_id,
        "upload": batch.upload_id,
    }
    with connection.cursor() as cursor:
        for statement in SLICE:
            cursor.execute(statement, values)
        cursor.execute(NEW_INCIDENTS, values)
        cursor.execute(NEW_SIGNALS, values)
        cursor.execute(KNOWN_SIGNALS)
        found = cursor.fetchall()
        known = [row[0] for row in found]
        if known:
            revive(row for row in found if row[2] is not None)
            cursor.execute(TELL_OUTCOMES)
            cursor.execute(SUPERSEDE_OWN, {**values, "signals": known})
        cursor.execute(NEW_CONTRIBUTIONS, values)
        cursor.execute(KEEP_OUTCOMES, values)
    if known:
        refresh_signals(known)


def refresh_signals(signals: Sequence[UUID]) -> None:
    """Derive what these signals say about themselves from their contributions in force. Lock the signals first."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"signals": list(signals)})
