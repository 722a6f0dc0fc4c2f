"""Closed periods in UTC, the only ones figures are computed for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True)
class Period:
    """From the beginning of `first` to the end of `last`, both in UTC. It consists of whole months."""

    first: date
    last: date

    @classmethod
    def year(cls, year: int) -> "Period":
        """One calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """One calendar month."""
        return cls.months(date(year, month, 1), 1)

    @classmethod
    def months(cls, first: date, number: int) -> "Period":
        """So many months from the first of a month on."""
        return cls(first, first + relativedelta(months=number) - timedelta(days=1))

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


def month_of(moment: datetime) -> date:
    """The first day of the month, in UTC, that a moment belongs to."""
    return moment.astimezone(UTC).date().replace(day=1)
