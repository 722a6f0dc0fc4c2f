"""What people were told had been done: what the portal must still know at the end."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Sent:
    """An upload that somebody sent: what must come of it, and whether it is to be taken back."""

    id: str
    counts: dict[str, Any]
    for_people: int
    taken_back: bool = False


@dataclass
class Ledger:
    """Filled by people's threads. `acts` were acknowledged, `unsure` broke off: they happened or did not."""

    uploads: list[Sent] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    acts: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)
    letters: set[str] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, which: "Counter[str]", name: str) -> None:
        """One more."""
        with self.lock:
            which[name] += 1
