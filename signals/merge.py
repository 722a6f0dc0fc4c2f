"""From the stage to signals and contributions: a handful of set-based statements per slice, for files and forms alike.

Every statement may run twice. Rows are locked in the order of their fingerprints, so two merges never wait for each
other in a circle, and everything a signal says about itself is derived from its contributions after they are locked.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from signals.staging import Batch

# The first good row of a signal in a file counts, later good ones are duplicates.
DUPLICATES = """
UPDATE signals_stagedrow t SET outcome = 'duplicate'
FROM (SELECT number, row_number() OVER (PARTITION BY fingerprint ORDER BY number) AS nth
      FROM signals_stagedrow WHERE batch = %(batch)s AND outcome = '') seen
WHERE t.batch = %(batch)s AND t.number = seen.number AND seen.nth > 1
"""

# What counts is told apart for the preview by what is there now, and once more when it is merged. Each row looks up by
# index: a join of the whole stage would be planned without statistics, which a table that was just filled has not got.
PREVIEW = """
UPDATE signals_stagedrow t SET outcome = CASE
    WHEN EXISTS (SELECT 1 FROM signals_signal s JOIN signals_contribution c ON c.signal_id = s.id
                 WHERE s.fingerprint = t.fingerprint AND c.state = 'in_force'
                 AND c.participant_id = t.participant_id) THEN 'already_yours'
    WHEN EXISTS (SELECT 1 FROM signals_signal s WHERE s.fingerprint = t.fingerprint AND s.contributor_count > 0)
        THEN 'corroborated'
    ELSE 'new' END
WHERE t.batch = %(batch)s AND t.outcome = ''
"""

SLICE = "batch = %(batch)s AND number > %(after)s AND number <= %(to)s AND outcome NOT IN ('rejected', 'duplicate')"

NEW_INCIDENTS = f"""
INSERT INTO signals_incident (id, participant_id, fingerprint, reference)
SELECT DISTINCT ON (incident_fingerprint) incident_id, participant_id, incident_fingerprint, incident_reference
FROM signals_stagedrow WHERE {SLICE} AND incident_fingerprint IS NOT NULL
ORDER BY incident_fingerprint, number
ON CONFLICT (fingerprint) DO NOTHING
"""

NEW_SIGNALS = f"""
INSERT INTO signals_signal
    (id, sharing_group_id, kind, service, fingerprint, value, severity, harm_types, tlp, contributor_count, routing_due)
SELECT signal_id, %(group)s, kind, service, fingerprint, value, severity, harm_types, tlp, 0, true
FROM signals_stagedrow WHERE {SLICE} ORDER BY fingerprint
ON CONFLICT (fingerprint) DO NOTHING
"""

# Whoever merges the same signals at the same time waits here, and then sees what the other has committed.
LOCK_SIGNALS = f"""
SELECT id FROM signals_signal
WHERE fingerprint IN (SELECT fingerprint FROM signals_stagedrow WHERE {SLICE})
ORDER BY fingerprint FOR UPDATE
"""

TELL_OUTCOMES = f"""
UPDATE signals_stagedrow t SET outcome = CASE
    WHEN EXISTS (SELECT 1 FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force'
                 AND c.participant_id + 0 = t.participant_id) THEN 'already_yours'
    WHEN EXISTS (SELECT 1 FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force')
        THEN 'corroborated'
    ELSE 'new' END
FROM signals_signal s
WHERE s.fingerprint = t.fingerprint AND {SLICE}
"""

SUPERSEDE_OWN = """
UPDATE signals_contribution SET state = 'superseded', ended_at = now()
WHERE signal_id = ANY(%(signals)s) AND participant_id = %(participant)s AND state = 'in_force'
"""

NEW_CONTRIBUTIONS = f"""
INSERT INTO signals_contribution
    (id, signal_id, sharing_group_id, participant_id, shared_by_id, upload_id, incident_id, harm_types, severity,
     confidence, observed_at, policy, note, tlp, expires_at, state)
SELECT t.contribution_id, s.id, s.sharing_group_id, t.participant_id, %(user)s, %(upload)s, i.id, t.harm_types,
    t.severity, t.confidence, t.observed_at, t.policy, t.note, t.tlp, t.expires_at, 'in_force'
FROM (SELECT * FROM signals_stagedrow WHERE {SLICE}) t
JOIN signals_signal s ON s.fingerprint = t.fingerprint
LEFT JOIN signals_incident i ON i.fingerprint = t.incident_fingerprint
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

# Of what nobody stands behind any more nothing is shown, and its queues are told.
EMPTY = """
UPDATE signals_signal s SET contributor_count = 0, routing_due = true
WHERE s.id = ANY(%(signals)s) AND s.contributor_count > 0
AND NOT EXISTS (SELECT 1 FROM signals_contribution c WHERE c.signal_id = s.id AND c.state = 'in_force')
"""


def settle(batch: Batch) -> None:
    """Tell the rows of a batch apart, as of now: duplicates in the file for good, the rest for the preview."""
    with connection.cursor() as cursor:
        cursor.execute(DUPLICATES, {"batch": batch.id})
        cursor.execute(PREVIEW, {"batch": batch.id})


def merge_slice(batch: Batch, *, after: int, to: int) -> int:
    """Merge the rows numbered above `after` up to `to`; returns how many. Call `settle` before the first slice."""
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
        cursor.execute(NEW_INCIDENTS, values)
        cursor.execute(NEW_SIGNALS, values)
        cursor.execute(LOCK_SIGNALS, values)
        signals = [row[0] for row in cursor.fetchall()]
        cursor.execute(TELL_OUTCOMES, values)
        cursor.execute(SUPERSEDE_OWN, {**values, "signals": signals})
        cursor.execute(NEW_CONTRIBUTIONS, values)
    refresh_signals(signals)
    return len(signals)


def refresh_signals(signals: Sequence[UUID]) -> None:
    """Derive what these signals say about themselves from their contributions in force. Lock the signals first."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"signals": list(signals)})
        cursor.execute(EMPTY, {"signals": list(signals)})
