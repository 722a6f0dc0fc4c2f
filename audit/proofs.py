"""What somebody outside needs to check the log: a proof that an event is in it, and that it only grew.

The tree is read by the portal itself: hashes of salted leaves say nothing of foreign events.
"""

from django.db import connection

from audit.content import CONTENT
from audit.merkle import consistency_proof, inclusion_proof
from audit.models import AuditEvent, Checkpoint, SealedEvent
from audit.notes import consistency_lines, tlog_proof
from audit.tree import StoredTree
from lantern.lib.tenancy import acting_as_system

SEALED_CONTENT = f"""
SELECT sealed.id, {CONTENT} FROM audit_sealedevent sealed JOIN audit_auditevent event ON event.id = sealed.event_id
WHERE event.id = %s
"""


class NotSealedYet(Exception):
    """No signed checkpoint covers the event so far."""


def event_proof(event: AuditEvent) -> str:
    """The event's content, its number, the path to the newest root, and the checkpoint that signs it (C2SP tlog-proof).

    The caller has made sure that whoever asks may see the event. Raises `NotSealedYet`.
    """
    with acting_as_system():
        with connection.cursor() as cursor:
            cursor.execute(SEALED_CONTENT, [event.pk])
            number, content = cursor.fetchone() or (0, None)
        checkpoint = Checkpoint.objects.filter(size__gt=number).order_by("-size").first()
        if content is None or checkpoint is None:
            raise NotSealedYet
        path = inclusion_proof(StoredTree().read, number, checkpoint.size)
        return tlog_proof(bytes(content), number, path, checkpoint.note)


def growth_proof(old: Checkpoint, new: Checkpoint) -> str:
    """That the log of `new` begins with the whole log of `old`: the hashes of RFC 6962, 2.1.2, one a line."""
    with acting_as_system():
        return consistency_lines(consistency_proof(StoredTree().read, old.size, new.size))


def is_signed(event: AuditEvent) -> bool:
    """Whether a signed checkpoint covers the event."""
    with acting_as_system():
        number = SealedEvent.objects.filter(event_id=event.pk).values_list("id", flat=True).first()
        return number is not None and Checkpoint.objects.filter(size__gt=number).exists()
