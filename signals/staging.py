"""From a checked row to a staged one: normalised, sealed, fingerprinted, and copied into the stage."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from lantern.lib.ids import new_id
from signals.faults import Fault
from signals.kinds import KINDS
from signals.models import Outcome
from signals.models.contribution import incident_fingerprint, seal_note, seal_reference
from signals.models.signal import fingerprint_of, seal_value
from signals.rows import CheckedRow

COLUMNS = (
    "outcome, batch, number, participant_id, faults, signal_id, contribution_id, fingerprint, kind, service, value,"
    " harm_types, severity, confidence, observed_at, policy, note, tlp, expires_at, incident_id, incident_fingerprint,"
    " incident_reference"
)
WIDTH = COLUMNS.count(",") + 1
REST = COLUMNS.removeprefix("outcome, ")


@dataclass(frozen=True)
class Batch:
    """Rows that are staged and merged together, and on whose behalf."""

    id: UUID
    participant_id: int
    group_id: int
    user_id: int
    upload_id: UUID | None = None


def good_row(batch: Batch, number: int, row: CheckedRow, now: datetime) -> tuple[Any, ...]:
    """A row of the stage, in the order of COLUMNS, with everything sealed under the ids it will have."""
    signal_id, contribution_id = new_id(), new_id()
    incident_id = new_id() if row.incident else None
    return (
        "",
        batch.id,
        number,
        batch.participant_id,
        None,
        signal_id,
        contribution_id,
        fingerprint_of(batch.group_id, row.kind, row.service, row.value),
        row.kind,
        row.service,
        seal_value(row.value, signal_id),
        list(row.harm_types),
        row.severity,
        row.confidence,
        row.observed_at,
        row.policy,
        seal_note(row.note, contribution_id),
        row.tlp,
        row.expires_at or now + timedelta(days=KINDS[row.kind].retention_days),
        incident_id,
        incident_fingerprint(batch.participant_id, row.incident) if incident_id else None,
        seal_reference(row.incident, incident_id) if incident_id else None,
    )


def rejected_row(batch: Batch, number: int, faults: Sequence[Fault]) -> tuple[Any, ...]:
    """A row of the stage that only tells what is wrong, and never what stood there."""
    told = json.dumps([[fault.code, fault.column, fault.cell] for fault in faults])
    head = (Outcome.REJECTED.value, batch.id, number, batch.participant_id, told, None, None, None, "", "", None)
    return (*head, None, None, None, None, "", *([None] * (WIDTH - len(head) - 5)))


# The first good row of a signal in a file counts, later good ones are duplicates.
KEEP = f"""
INSERT INTO signals_stagedrow (outcome, {REST})
SELECT CASE
    WHEN outcome = '' AND (nth > 1 OR EXISTS (
        SELECT 1 FROM signals_stagedrow t WHERE t.batch = incoming.batch AND t.fingerprint = incoming.fingerprint))
        THEN 'duplicate'
    ELSE outcome END, {REST}
FROM (SELECT *, row_number() OVER (PARTITION BY fingerprint ORDER BY number) AS nth FROM incoming) incoming
ORDER BY number
"""


def stage(rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows into the stage, in the order of their numbers; rows whose signal is there already are duplicates.

    COPY into a table with row-level security is refused by PostgreSQL, so it goes into a temporary one first.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE incoming (LIKE signals_stagedrow) ON COMMIT DROP")
        with cursor.copy(f"COPY incoming ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(KEEP)
        cursor.execute("DROP TABLE incoming")
