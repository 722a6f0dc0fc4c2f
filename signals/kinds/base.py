"""What every kind of signal can do. Adding a kind is adding a subclass and a line to the table in `__init__`."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

HIDDEN = "••••••"
"""Stands for what a mask hides, always as long as this, so that a mask does not tell how long the value is."""

Basis = Literal["incident", "content"]


class Kind(ABC):
    """One kind of signal: its normal form, its mask and its display.

    `basis` says whether the kind names an actor in an incident or a piece of content; `needs_service` whether the value
    means nothing without the service it is on; `read_by_people` whether it enters a human queue unless a participant
    says otherwise (design 5); `retention_days` how long a contribution lasts after it was last confirmed (design 4).
    """

    name: ClassVar[str]
    label: ClassVar[str]
    basis: ClassVar[Basis]
    needs_service: ClassVar[bool] = False
    read_by_people: ClassVar[bool] = False
    retention_days: ClassVar[int] = 730

    @abstractmethod
    def normalise(self, value: str) -> str:
        """The normal form (design 8.3) of a value without control characters; doing it twice changes nothing.

        Raises `signals.faults.InvalidValue` with `invalid_value` or `too_broad`.
        """

    @abstractmethod
    def masked(self, normal: str) -> str:
        """The parts of a normal value that may be seen by everyone, with `HIDDEN` for the rest."""

    def mask(self, normal: str) -> str:
        """A hint at a normal value that never contains the value and never tells its length."""
        mask = self.masked(normal)
        return "(hidden)" if normal in mask else mask

    def show(self, normal: str) -> str:
        """A revealed value as people read it; never something a program turns into a link."""
        return normal

    def fold(self, normal: str) -> str | None:
        """A coarser key under which signals are only related, never the same; None where the kind has none."""
        return None


def head(text: str, most: int = 2) -> str:
    """The first characters of a text, at most `most` and never more than a third of it."""
    return text[: min(most, len(text) // 3)]
