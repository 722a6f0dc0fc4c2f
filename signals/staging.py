"""From a checked row to a staged one: sealed, fingerprinted, copied into the stage, and told apart for the preview."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from uuid import UUID

from django.db import connection

from lantern.lib.ids import new_id, new_id_bytes
from lantern.lib.seal import keyring
from signals.faults import Fault
from signals.kinds import KINDS
from signals.limits import DEFAULT_LIMITS, Limits
from signals.mapping import shown_name
from signals.models.contribution import NOTE, incident_fingerprint, seal_reference
from signals.models.signal import VALUE, naming
from signals.rows import CheckedRow, latest_expiry

# What a packed row holds, in its order: COPY in binary leaves nothing to be guessed, and a row is packed in one go.
COLUMNS = (
    "number", "signal_id", "contribution_id", "fingerprint", "severity", "tlp", "observed_at", "expires_at", "kind",
    "service", "harm_types", "value", "confidence", "policy", "note", "incident_id", "incident_fingerprint",
    "incident_reference", "faults",
)  # fmt: skip
REST = ", ".join(COLUMNS)
BEFORE, AFTER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
LENGTH, FIRST, NUMBER = Struct(">i"), Struct(">hiii16si16si16sihihiqiq"), Struct(">hii")
NOTHING = LENGTH.pack(-1)
EMPTY = LENGTH.pack(0)
REJECTED_REST = NOTHING * 7 + EMPTY * 2 + NOTHING * 3 + EMPTY + NOTHING * 4
VARCHAR, JSONB_VERSION = 1043, b"\x01"
EPOCH, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
NO_CASE = NOTHING * 3


@dataclass(frozen=True)
class Batch:
    """Rows that are staged and merged together, and on whose behalf."""

    id: UUID
    participant_id: int
    group_id: int
    user_id: int
    upload_id: UUID | None = None


class Packing:
    """From checked rows of one batch to rows of the stage, sealed under the ids they will have.

    For one slice at a time: it remembers the incidents it met, and keeps the keys it began with.
    """

    def __init__(self, batch: Batch, now: datetime, limits: Limits = DEFAULT_LIMITS) -> None:
        keys = keyring()
        self._batch, self._now, self._limits, self._keys = batch, now, limits, keys
        self._seal_value, self._seal_note = keys.sealing(VALUE), keys.sealing(NOTE)
        self._namings: dict[tuple[str, str], Callable[[bytes], bytes]] = {}
        self._latest: dict[str, int] = {}
        self._cases: dict[str, bytes] = {"": NO_CASE}

    def good(self, number: int, row: CheckedRow) -> bytes:
        """A row that is right."""
        kind, service, incident = row.kind, row.service, row.incident
        signal_id, contribution_id, value = new_id_bytes(), new_id_bytes(), row.value.encode()
        name = self._namings.get((kind, service)) or self._naming(kind, service)
        expires_at = _micros(row.expires_at) if row.expires_at else self._latest.get(kind) or self._latest_of(kind)
        return b"".join((
            FIRST.pack(
                len(COLUMNS), 4, number, 16, signal_id, 16, contribution_id, 16, name(value), 2, row.severity,
                2, row.tlp, 8, _micros(row.observed_at), 8, expires_at,
            ),
            _told(kind, service, row.harm_types),
            _field(self._seal_value(value, signal_id)),
            NOTHING if row.confidence is None else _small(row.confidence),
            _field(row.policy.encode()) if row.policy else EMPTY,
            _field(self._seal_note(row.note.encode(), contribution_id)) if row.note else NOTHING,
            self._cases.get(incident) or self._case(incident),
            NOTHING,
        ))  # fmt: skip

    def rejected(self, number: int, faults: Sequence[Fault]) -> bytes:
        """A row that only tells what is wrong, and never what stood there, nor in the place of a column's name."""
        told = [[fault.code, _shown(fault.column), fault.cell] for fault in faults]
        return NUMBER.pack(len(COLUMNS), 4, number) + REJECTED_REST + _field(JSONB_VERSION + json.dumps(told).encode())

    def _naming(self, kind: str, service: str) -> Callable[[bytes], bytes]:
        return self._namings.setdefault((kind, service), naming(self._keys, self._batch.group_id, kind, service))

    def _latest_of(self, kind: str) -> int:
        return self._latest.setdefault(kind, _micros(latest_expiry(KINDS[kind], self._now, self._limits)))

    def _case(self, reference: str) -> bytes:
        """Id, fingerprint and sealed reference of the participant's case, which is met for the first time."""
        incident_id = new_id()
        fingerprint = incident_fingerprint(self._batch.participant_id, reference)
        sealed = seal_reference(reference, incident_id)
        packed = _field(incident_id.bytes) + _field(fingerprint.bytes) + _field(sealed)
        return self._cases.setdefault(reference, packed)


def _field(content: bytes) -> bytes:
    return LENGTH.pack(len(content)) + content


@lru_cache(maxsize=1024)
def _told(kind: str, service: str, harm_types: tuple[str, ...]) -> bytes:
    """Kind, service and harm types."""
    array = Struct(">iiiii").pack(1, 0, VARCHAR, len(harm_types), 1) + b"".join(
        _field(name.encode()) for name in harm_types
    )
    return _field(kind.encode()) + _field(service.encode()) + _field(array)


@lru_cache(maxsize=1024)
def _small(number: int) -> bytes:
    return _field(number.to_bytes(2, "big"))


@lru_cache(maxsize=8192)
def _micros(moment: datetime) -> int:
    """A moment as PostgreSQL keeps it: microseconds since the beginning of 2000, UTC."""
    return (moment - EPOCH) // MICROSECOND


INCOMING = f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {REST} FROM signals_stagedrow WITH NO DATA"

# The first good row of a signal in a file counts, later good ones are duplicates. What counts is told apart for the
# preview by what is there now, and once more when it is merged. Each row looks up by index (LIMIT keeps it so): a join,
# or an EXISTS made a hash, would read the whole table for each slice, planned without statistics while it is filled.
KEEP = f"""
INSERT INTO signals_stagedrow (outcome, batch, participant_id, {REST})
SELECT CASE
    WHEN faults IS NOT NULL THEN 'rejected'
    WHEN nth > 1 OR (SELECT true FROM signals_stagedrow t WHERE t.batch = %(batch)s
                     AND t.fingerprint = told.fingerprint LIMIT 1) THEN 'duplicate'
    WHEN known IS NULL THEN 'new'
    WHEN (SELECT true FROM signals_contribution c WHERE c.signal_id = known AND c.state = 'in_force'
          AND c.participant_id = %(participant)s LIMIT 1) THEN 'already_yours'
    ELSE 'corroborated' END, %(batch)s, %(participant)s, {REST}
FROM (
    SELECT *, row_number() OVER (PARTITION BY fingerprint ORDER BY number) AS nth,
        (SELECT s.id FROM signals_signal s WHERE s.fingerprint = incoming.fingerprint AND s.contributor_count > 0)
            AS known
    FROM incoming
) told ORDER BY number
"""


def stage(batch: Batch, rows: Iterable[bytes]) -> None:
    """Copy packed rows into the stage, in the order of their numbers, and tell them apart.

    COPY into a table with row-level security is refused by PostgreSQL, so it goes into a temporary one first.
    """
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        with cursor.copy(f"COPY incoming ({REST}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(b"".join((BEFORE, *rows, AFTER)))
        cursor.execute(KEEP, {"batch": batch.id, "participant": batch.participant_id})
        cursor.execute("DROP TABLE incoming")


@lru_cache(maxsize=256)
def _shown(column: str | None) -> str | None:
    return column and shown_name(column)
