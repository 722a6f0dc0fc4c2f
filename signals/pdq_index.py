"""Every PDQ hash in the memory of this process, and which of them are near another: exactly, newest included.

What is written down in pages (`signals.pdq_pages`) is read once; what no task has written down yet is read as it is.
The index knows all sharing groups: whoever asks it asks the database next what the reader may see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lantern.lib.tenancy import acting_as_system
from signals.models import PdqPage, Signal
from signals.pdq_pages import HASH_BYTES, ID_BYTES, as_bytes, open_page

NEAR = 31
"""Bits in which two hashes of the same image may differ (ThreatExchange's PDQ, recommended threshold)."""

ENTRY = np.dtype([("id", f"V{ID_BYTES}"), ("words", np.uint64, HASH_BYTES // 8)])
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Hashes:
    """Some hashes as four columns of words, and whose they are, in the same order."""

    ids: NDArray[np.void]
    columns: NDArray[np.uint64]

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Of the entries of a page."""
        entries = np.frombuffer(content, dtype=ENTRY)
        return cls(np.ascontiguousarray(entries["id"]), np.ascontiguousarray(entries["words"].T))

    def near(self, asked: bytes, within: int) -> Iterator[tuple[UUID, int]]:
        """Those that differ in at most `within` bits, and in how many."""
        distance = np.zeros(len(self.ids), dtype=np.uint16)
        for column, word in zip(self.columns, np.frombuffer(asked, dtype=np.uint64), strict=True):
            distance += np.bitwise_count(column ^ word)
        for at in np.flatnonzero(distance <= within):
            yield UUID(bytes=self.ids[at].tobytes()), int(distance[at])


class PdqIndex:
    """The hashes of one process. Each question first brings it up to what is committed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pages: dict[UUID, Hashes] = {}
        self._loose: dict[UUID, bytes] = {}

    def near(self, value: str, within: int = NEAR) -> dict[UUID, int]:
        """Signals whose hash differs from `value` (64 hex digits) in at most `within` bits, and in how many."""
        return self.all_near([value], within)[0]

    def all_near(self, values: Sequence[str], within: int = NEAR) -> list[dict[UUID, int]]:
        """The same for each of several values."""
        with self._lock:
            self._refresh()
            parts = [*self._pages.values(), Hashes.of(as_bytes(self._loose.items()))]
        asked = [bytes.fromhex(value) for value in values]
        return [dict(found for part in parts for found in part.near(each, within)) for each in asked]

    def _refresh(self) -> None:
        """First what is loose, then the pages: a hash that moves from one to the other meanwhile is seen in both."""
        with acting_as_system():
            self._read_loose()
            self._read_pages()

    def _read_loose(self) -> None:
        due = Signal.objects.filter(kind="pdq", relations_due=True, contributor_count__gt=0, value__isnull=False)
        ids = set(due.values_list("pk", flat=True))
        for signal in self._loose.keys() - ids:
            del self._loose[signal]
        new = iter(ids - self._loose.keys())
        # Those that ended between the two questions are no longer looked for.
        while some := list(islice(new, AT_ONCE)):
            for found in Signal.objects.filter(pk__in=some, value__isnull=False):
                self._loose[found.pk] = bytes.fromhex(found.plain_value)

    def _read_pages(self) -> None:
        while True:
            there = set(PdqPage.objects.values_list("pk", flat=True))
            for page_id in self._pages.keys() - there:
                del self._pages[page_id]
            missing = there - self._pages.keys()
            if not missing:
                return
            # A page that is replaced at this moment is not found; the next round sees what came in its place.
            for page in PdqPage.objects.filter(pk__in=missing).only("hashes").iterator(chunk_size=64):
                self._pages[page.pk] = Hashes.of(open_page(page))


index = PdqIndex()
"""The one of this process."""
