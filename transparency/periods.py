"""Closed periods in UTC, the only ones figures are computed for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True)
class Period:
    """From the beginning of `first` to the end of `last`, both in UTC."""

    first: date
    last: date

    @classmethod
    def year(cls, year: int) -> "Period":
        """One calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def start(self) -> datetime:
        """The first moment that belongs to it."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment that does not belong to it any more."""
        return datetime.fromordinal(self.last.toordinal() + 1).replace(tzinfo=UTC)

    @property
    def label(self) -> str:
        """As the EU's harmonised templates write it (Implementing Regulation 2024/2835): `YYYY-MM-DD/YYYY-MM-DD`."""
        return f"{self.first.isoformat()}/{self.last.isoformat()}"
