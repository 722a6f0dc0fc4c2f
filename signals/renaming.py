"""The names by which sealed values are found, made again under another fingerprint key."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.seal import Keyring
from lantern.lib.tenancy import acting_as_system
from signals.models import Signal, Upload, UploadState
from signals.models.contribution import REFERENCE
from signals.models.signal import VALUE, naming

SLICE = 5_000
LOCK = "LOCK TABLE signals_signal, signals_incident, signals_stagedrow, signals_upload IN EXCLUSIVE MODE"
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
# Nobody can name what is gone; a value that is shared anew becomes a new signal.
FORGET_ENDED = "UPDATE signals_signal SET fingerprint = gen_random_uuid() WHERE value IS NULL"
WRITE = """
UPDATE {table} t SET fingerprint = n.fingerprint
FROM unnest(%s::uuid[], %s::uuid[]) AS n(id, fingerprint) WHERE t.id = n.id
"""


class InUse(Exception):
    """Something else is connected, or an upload is on its way, so that names are being made under the old key."""


def rename_everything(keys: Keyring) -> int:
    """Make every name of signals and incidents again with `keys`, all or none; says how many. Safe to run twice.

    Raises `InUse`. Relations are marked to be made again.
    """
    with acting_as_system(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(OTHERS)
        (others,) = cursor.fetchone()
        if others or Upload.objects.filter(state__in=UploadState.on_their_way()).exists():
            raise InUse
        number = 0
        for table, columns, name in _named(keys):
            for rows in _slices(table, columns):
                number += len(rows)
                cursor.execute(WRITE.format(table=table), [[row[0] for row in rows], [name(*row) for row in rows]])
        cursor.execute(FORGET_ENDED)
        cursor.execute("UPDATE signals_signal SET relations_due = true WHERE contributor_count > 0")
        record(Event.FINGERPRINTS_RENAMED, Signal, by=PORTAL, names=number)
    return number


def _named(keys: Keyring) -> Iterator[tuple[str, str, Callable[..., UUID]]]:
    """Tables with names, their columns (the id first, the sealed one second), and how a row is named."""

    def signal(row: UUID, value: bytes, group: int, kind: str, service: str) -> UUID:
        return UUID(bytes=naming(keys, group, kind, service)(keys.unseal(value, VALUE, row)))

    def incident(row: UUID, reference: bytes, participant: int) -> UUID:
        return keys.fingerprint("incident", str(participant), keys.unseal(reference, REFERENCE, row).decode())

    yield "signals_signal", "id, value, sharing_group_id, kind, service", signal
    yield "signals_incident", "id, reference, participant_id", incident


def _slices(table: str, columns: str) -> Iterator[list[tuple[Any, ...]]]:
    sealed, last = columns.split(", ")[1], UUID(int=0)
    statement = f"SELECT {columns} FROM {table} WHERE {sealed} IS NOT NULL AND id > %s ORDER BY id LIMIT {SLICE}"
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            yield rows
            last = rows[-1][0]
