"""From a checked row to a staged one: sealed, fingerprinted, copied into the stage, and told apart for the preview."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from lantern.lib.ids import new_id
from signals.faults import Fault
from signals.kinds import KINDS
from signals.limits import DEFAULT_LIMITS, Limits
from signals.models import Outcome
from signals.models.contribution import incident_fingerprint, seal_note, seal_reference
from signals.models.signal import fingerprint_of, seal_value
from signals.rows import CheckedRow, latest_expiry

# The stage's columns in the order of its rows, with their types: COPY in binary leaves nothing to be guessed.
COLUMNS = {
    "outcome": "varchar", "batch": "uuid", "number": "int4", "participant_id": "int8", "faults": "jsonb",
    "signal_id": "uuid", "contribution_id": "uuid", "fingerprint": "uuid", "kind": "varchar", "service": "varchar",
    "value": "bytea", "harm_types": "varchar[]", "severity": "int2", "confidence": "int2", "observed_at": "timestamptz",
    "policy": "varchar", "note": "bytea", "tlp": "int2", "expires_at": "timestamptz", "incident_id": "uuid",
    "incident_fingerprint": "uuid", "incident_reference": "bytea",
}  # fmt: skip
WIDTH = len(COLUMNS)
REST = ", ".join(name for name in COLUMNS if name != "outcome")


@dataclass(frozen=True)
class Batch:
    """Rows that are staged and merged together, and on whose behalf."""

    id: UUID
    participant_id: int
    group_id: int
    user_id: int
    upload_id: UUID | None = None
    cases: dict[str, tuple[UUID, UUID, bytes]] = field(default_factory=dict, compare=False, repr=False)
    """The incidents met so far: id, fingerprint and sealed reference by reference."""

    def case(self, reference: str) -> tuple[UUID | None, UUID | None, bytes | None]:
        """Id, fingerprint and sealed reference of the participant's case; nothing for no reference."""
        if not reference:
            return None, None, None
        known = self.cases.get(reference)
        if known is None:
            incident_id = new_id()
            fingerprint = incident_fingerprint(self.participant_id, reference)
            known = self.cases[reference] = incident_id, fingerprint, seal_reference(reference, incident_id)
        return known


def good_row(
    batch: Batch, number: int, row: CheckedRow, now: datetime, limits: Limits = DEFAULT_LIMITS
) -> tuple[Any, ...]:
    """A row of the stage, in the order of COLUMNS, with everything sealed under the ids it will have."""
    signal_id, contribution_id = new_id(), new_id()
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
        row.expires_at or latest_expiry(KINDS[row.kind], now, limits),
        *batch.case(row.incident),
    )


def rejected_row(batch: Batch, number: int, faults: Sequence[Fault]) -> tuple[Any, ...]:
    """A row of the stage that only tells what is wrong, and never what stood there."""
    told = [[fault.code, fault.column, fault.cell] for fault in faults]
    head = (Outcome.REJECTED.value, batch.id, number, batch.participant_id, told, None, None, None, "", "", None)
    return (*head, None, None, None, None, "", *([None] * (WIDTH - len(head) - 5)))


# The first good row of a signal in a file counts, later good ones are duplicates. What counts is told apart for the
# preview by what is there now, and once more when it is merged. Each row looks up by index: a join would be planned
# without statistics, which a table that is being filled has not got.
KEEP = f"""
INSERT INTO signals_stagedrow (outcome, {REST})
SELECT CASE
    WHEN outcome = 'rejected' THEN outcome
    WHEN nth > 1 OR EXISTS (SELECT 1 FROM signals_stagedrow t WHERE t.batch = told.batch
                            AND t.fingerprint = told.fingerprint) THEN 'duplicate'
    WHEN known IS NULL THEN 'new'
    WHEN EXISTS (SELECT 1 FROM signals_contribution c WHERE c.signal_id = known AND c.state = 'in_force'
                 AND c.participant_id = told.participant_id) THEN 'already_yours'
    ELSE 'corroborated' END, {REST}
FROM (
    SELECT *, row_number() OVER (PARTITION BY fingerprint ORDER BY number) AS nth,
        (SELECT s.id FROM signals_signal s WHERE s.fingerprint = incoming.fingerprint AND s.contributor_count > 0)
            AS known
    FROM incoming
) told ORDER BY number
"""


def stage(rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows into the stage, in the order of their numbers, and tell them apart.

    COPY into a table with row-level security is refused by PostgreSQL, so it goes into a temporary one first.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE incoming (LIKE signals_stagedrow) ON COMMIT DROP")
        with cursor.copy(f"COPY incoming ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(list(COLUMNS.values()))
            for row in rows:
                copy.write_row(row)
        cursor.execute(KEEP)
        cursor.execute("DROP TABLE incoming")
