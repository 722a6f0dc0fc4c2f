"""Every PDQ hash in the memory of this process, and which of them are near another: exactly, newest included.

What is written down in pages (`signals.pdq_pages`) is read once; what no task has written down yet is read as it is.
The index knows all sharing groups: whoever asks it asks the database next what the reader may see.
"""

from threading import Lock
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lantern.lib.seal import SealBroken, unseal
from lantern.lib.tenancy import acting_as_system
from signals.models import PdqPage, Signal
from signals.models.signal import VALUE
from signals.pdq_pages import BYTES, open_page

NEAR = 31
"""Bits in which two hashes of the same image may differ (ThreatExchange's PDQ, recommended threshold)."""

WORDS = BYTES // 8
Words = NDArray[np.uint64]


class PdqIndex:
    """The hashes of one process. `refresh` brings it up to what is committed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pages: dict[UUID, tuple[list[UUID], Words]] = {}
        self._loose: dict[UUID, Words] = {}
        self._ids: list[UUID] = []
        self._columns: Words = np.zeros((WORDS, 0), dtype=np.uint64)

    def near(self, value: str, within: int = NEAR) -> dict[UUID, int]:
        """Signals whose hash differs from `value` (64 hex digits) in at most `within` bits, and in how many."""
        with self._lock:
            self._refresh()
            ids, columns = self._ids, self._columns
        asked = _words(bytes.fromhex(value))[0]
        distance = np.zeros(columns.shape[1], dtype=np.uint16)
        for column, word in zip(columns, asked, strict=True):
            distance += np.bitwise_count(column ^ word)
        return {ids[at]: int(distance[at]) for at in np.flatnonzero(distance <= within)}

    def _refresh(self) -> None:
        """First what is loose, then the pages: a hash that moves from one to the other meanwhile is seen in both."""
        with acting_as_system():
            changed = self._read_loose()
            changed |= self._read_pages()
        if changed:
            self._arrange()

    def _read_loose(self) -> bool:
        due = Signal.objects.filter(kind="pdq", relations_due=True, contributor_count__gt=0, value__isnull=False)
        ids = set(due.values_list("pk", flat=True))
        new = ids - self._loose.keys()
        gone = self._loose.keys() - ids
        for signal in gone:
            del self._loose[signal]
        # Those that were written down between the two questions are on a page by now.
        for signal, sealed in Signal.objects.filter(pk__in=new, value__isnull=False).values_list("pk", "value"):
            try:
                self._loose[signal] = _words(bytes.fromhex(unseal(sealed, VALUE, signal)))
            except SealBroken:
                continue
        return bool(new or gone)

    def _read_pages(self) -> bool:
        changed = False
        while True:
            there = set(PdqPage.objects.values_list("pk", flat=True))
            for page_id in self._pages.keys() - there:
                del self._pages[page_id]
                changed = True
            missing = there - self._pages.keys()
            if not missing:
                return changed
            # A page that is replaced at this moment is not found; the next round sees what came in its place.
            for page in PdqPage.objects.filter(pk__in=missing).iterator(chunk_size=64):
                self._pages[page.pk] = page.signals, _words(open_page(page))
                changed = True

    def _arrange(self) -> None:
        self._ids = [signal for signals, _ in self._pages.values() for signal in signals] + list(self._loose)
        parts = [words for _, words in self._pages.values()] + list(self._loose.values())
        rows = np.concatenate(parts) if parts else np.zeros((0, WORDS), dtype=np.uint64)
        self._columns = np.ascontiguousarray(rows.T)


def _words(hashes: bytes) -> Words:
    """Hashes of 32 bytes each as rows of four words."""
    return np.frombuffer(hashes, dtype=np.uint64).reshape(-1, WORDS)


index = PdqIndex()
"""The one of this process."""
