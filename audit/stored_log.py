"""Verifying the log of this installation: what `manage.py audit_verify` runs."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from django.db import connection

from audit.content import CONTENT
from audit.keys import signer
from audit.models import Checkpoint, TreeNode
from audit.notes import Head, NoteBroken
from audit.tree import sealed_count
from audit.verifying import Misfit, SealedRow, check
from lantern.lib.tenancy import acting_as_system

ROWS = f"""
COPY (
    SELECT sealed.id, sealed.event_id, sealed.leaf, CASE WHEN event.id IS NOT NULL THEN {CONTENT} END
    FROM audit_sealedevent sealed LEFT JOIN audit_auditevent event ON event.id = sealed.event_id
    WHERE sealed.id < %s ORDER BY sealed.id
) TO STDOUT (FORMAT BINARY)
"""
# One statement, one view of the data: an event is sealed or waits, at any moment.
UNKNOWN = """
SELECT min(event.id) FROM audit_auditevent event
WHERE NOT EXISTS (SELECT FROM audit_sealedevent sealed WHERE sealed.event_id = event.id)
    AND NOT EXISTS (SELECT FROM audit_pendingevent pending WHERE pending.id = event.id)
"""
GONE = """
SELECT min(pending.id) FROM audit_pendingevent pending
WHERE NOT EXISTS (SELECT FROM audit_auditevent event WHERE event.id = pending.id)
"""
WAITING = "SELECT count(*) FROM audit_pendingevent"


@dataclass(frozen=True)
class Verified:
    """What was found in order."""

    sealed: int
    signed: int
    waiting: int


def verify(kept_outside: Sequence[str] = ()) -> Verified:
    """Check every event, every kept hash and every checkpoint, those put by elsewhere (`kept_outside`: notes) too.

    Raises `Misfit`.
    """
    with acting_as_system():
        heads = [_head(checkpoint) for checkpoint in Checkpoint.objects.order_by("size").iterator()]
        outside = [_opened(note, "a checkpoint kept elsewhere") for note in kept_outside]
        size = sealed_count()
        nodes = {
            (level, index): bytes(found)
            for level, index, found in TreeNode.objects.values_list("level", "index", "hash").iterator()
            if index < size >> level
        }
        with closing(_rows(size)) as rows:  # a copy left half-read would hold the connection
            sealed = check(rows, heads=heads, nodes=nodes, kept_outside=outside)
        if (unknown := _number(UNKNOWN)) is not None:
            raise Misfit("it is neither sealed nor waiting to be", unknown)
        if (gone := _number(GONE)) is not None:
            raise Misfit("it waited to be sealed and is gone", gone)
        return Verified(sealed, heads[-1].size if heads else 0, _number(WAITING) or 0)


def _head(checkpoint: Checkpoint) -> Head:
    head = _opened(checkpoint.note, f"the checkpoint of {checkpoint.size} events")
    if (head.size, head.root) != (checkpoint.size, bytes(checkpoint.root)):
        raise Misfit(f"the checkpoint of {checkpoint.size} events says something else than its note")
    return head


def _opened(note: str, what: str) -> Head:
    try:
        return signer().open(note)
    except NoteBroken as broken:
        raise Misfit(f"{what}: {broken}") from broken


def _rows(size: int) -> Generator[SealedRow, None, None]:
    with connection.cursor() as cursor, cursor.copy(ROWS, [size]) as copy:
        copy.set_types(["int8", "int8", "bytea", "bytea"])
        yield from copy.rows()


def _number(query: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchone()[0]
    return None if found is None else int(found)
