"""Sealing: events get their number in the log, the tree grows, and its root is signed.

An event waits in `PendingEvent` from its own transaction on, so only what is committed is numbered, in whatever order
transactions end. One sealer works at a time; a second one finds the lock taken and leaves.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from audit.content import CONTENT
from audit.keys import signer
from audit.merkle import STEP, TILE, full, range_hash
from audit.models import Checkpoint, TreeNode
from audit.notes import Head
from audit.tree import StoredTree, sealed_count
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system

log = logging.getLogger(__name__)
BATCH = 5_000
SEALERS = 0x5EA1_106  # one sealer at a time: an advisory lock of this number

TAKE = f"""
WITH taken AS (
    DELETE FROM audit_pendingevent WHERE id IN (
        SELECT pending.id FROM audit_pendingevent pending JOIN audit_auditevent event ON event.id = pending.id
        ORDER BY pending.id LIMIT %(batch)s)
    RETURNING id
), sealed AS MATERIALIZED (
    SELECT id, uuid_send(gen_random_uuid()) AS salt, row_number() OVER (ORDER BY id) - 1 AS place FROM taken
)
INSERT INTO audit_sealedevent (id, event_id, salt, leaf)
SELECT %(size)s + sealed.place, event.id, sealed.salt, sha256('\\x00'::bytea || {CONTENT})
FROM sealed JOIN audit_auditevent event ON event.id = sealed.id
"""


def seal() -> int:
    """Number a batch of the events that wait, and sign the root when the last signature is old enough.

    Returns how many events were sealed: 0 also where another sealer is at work. Rings again while there is more.
    """
    with acting_as_system():
        if not _is_alone():
            return 0
        size = sealed_count()
        with connection.cursor() as cursor:
            cursor.execute(TAKE, {"batch": BATCH, "size": size})
            taken = int(cursor.rowcount)
        _grow(size, size + taken)
        _sign(size + taken)
        if taken == BATCH:
            ring("audit.seal")
        return taken


def seal_all() -> int:
    """Seal whatever waits now; for commands and tests. Returns how many events were sealed."""
    total = 0
    while taken := seal():
        total += taken
    return total


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALERS])
        return bool(cursor.fetchone()[0])


def _grow(old: int, new: int) -> None:
    """Keep the hash of each tile that is full now, level by level."""
    level = STEP
    while new >> level:
        tree, nodes = StoredTree(), range(old >> level, new >> level)
        TreeNode.objects.bulk_create(
            TreeNode(level=level, index=index, hash=full(tree.read(level - STEP, index * TILE, (index + 1) * TILE)))
            for index in nodes
        )
        level += STEP


def _sign(size: int) -> None:
    last = Checkpoint.objects.order_by("-size").first()
    if not size or (last and last.size == size):
        return
    young = Checkpoint.objects.filter(at__gt=Now() - timedelta(seconds=settings.CHECKPOINT_SECONDS))
    if last and young.filter(pk=last.pk).exists():
        return
    root = range_hash(StoredTree().read, 0, size)
    note = signer().sign(Head(signer().origin, size, root))
    Checkpoint.objects.create(size=size, root=root, note=note)
    log.debug("signed the record at %s events", size)
