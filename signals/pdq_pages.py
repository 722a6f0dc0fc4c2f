"""PDQ hashes in sealed pages: written by whoever relates signals, read by every process that looks hashes up.

A page is replaced, never changed, so that a process knows by its id whether it has read it.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction

from lantern.lib.seal import keyring
from signals.models import PdqPage
from signals.models.finding import PDQ_PAGE

ID_BYTES, HASH_BYTES = 16, 32
ENTRY_BYTES = ID_BYTES + HASH_BYTES
FULL = 4_096
WRITERS = 0x6C70_6471  # one writer at a time: an advisory lock of this number

Entry = tuple[UUID, bytes]


def add(entries: Sequence[Entry]) -> None:
    """Write hashes down, together with those of pages that are not full. As the portal."""
    if not entries:
        return
    with transaction.atomic():
        _lock()
        small = PdqPage.objects.filter(size__lt=FULL)
        _replace(small, [*(entry for page in small for entry in read(page)), *entries])


def forget(signals: Iterable[UUID]) -> None:
    """Take the hashes of these signals out of every page. As the portal."""
    gone = set(signals)
    if not gone:
        return
    with transaction.atomic():
        _lock()
        for page in PdqPage.objects.filter(signals__overlap=list(gone)):
            kept = [entry for entry in read(page) if entry[0] not in gone]
            _replace([page], kept)


def read(page: PdqPage) -> list[Entry]:
    """The signals and hashes of a page."""
    content = open_page(page)
    cut = (content[at : at + ENTRY_BYTES] for at in range(0, len(content), ENTRY_BYTES))
    return [(UUID(bytes=entry[:ID_BYTES]), entry[ID_BYTES:]) for entry in cut]


def open_page(page: PdqPage) -> bytes:
    """The entries of a page, one after the other."""
    return keyring().unseal(page.hashes, PDQ_PAGE, page.pk)


def as_bytes(entries: Iterable[Entry]) -> bytes:
    """Entries as a page holds them."""
    return b"".join(signal.bytes + bits for signal, bits in entries)


def _replace(pages: Iterable[PdqPage], entries: Sequence[Entry]) -> None:
    PdqPage.objects.filter(pk__in=[page.pk for page in pages]).delete()
    if entries:
        page = PdqPage(signals=[signal for signal, _ in entries], size=len(entries))
        page.hashes = keyring().seal(as_bytes(entries), PDQ_PAGE, page.pk)
        page.save(force_insert=True)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
