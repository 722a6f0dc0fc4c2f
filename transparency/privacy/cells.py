"""The cells of a report, and what a reader knows of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

LEAST = 11
"""No count below this is published, but for 0; and no reader can narrow a hidden count to fewer values than this."""


class Cell(NamedTuple):
    """One number of a year's report. `part` is "rows" (in the year) or "cumulative"."""

    year: int
    part: str
    figure: str
    scope: str


class Mark(Enum):
    """How a number is shown.

    SMALL says 0 to 10: some zeros hide among the small. WITHHELD says nothing of the size: most are hidden so that
    others cannot be worked out, some are small themselves where even "<11" would say too much beside other years.
    """

    EXACT = ""
    SMALL = "<11"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Known:
    """What a reader knows of a cell from how it is shown."""

    least: int
    most: int | None

    @property
    def is_fixed(self) -> bool:
        """Whether it is the number itself."""
        return self.least == self.most


def known_of(mark: Mark, value: int) -> Known:
    """The values that a cell shown in this way can have."""
    if mark == Mark.SMALL:
        return Known(0, LEAST - 1)
    return Known(value, value) if mark == Mark.EXACT else Known(0, None)


def hidden(value: int) -> Mark:
    """How a number is shown that is not to be."""
    return Mark.SMALL if value < LEAST else Mark.WITHHELD


Knowledge = Mapping[Cell, Known]
