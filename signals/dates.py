"""Moments as files write them: ISO 8601 in its extended calendar form, and nothing that can be read in two ways."""

import re
from datetime import MAXYEAR, UTC, datetime
from functools import lru_cache

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII | re.IGNORECASE
)


@lru_cache(maxsize=8192)
def moment(text: str) -> datetime | None:
    """The moment in UTC, or None when the text is no such date.

    A date is its midnight, and without a zone a time is UTC. Week dates, ordinal dates and the basic form (20251105),
    some of which `datetime.fromisoformat` reads too, are refused: a file that mixes them with numbers would be misread
    in silence. Fractions beyond a microsecond are cut off, and what is later in UTC than the year 9999 is its end.
    """
    if not _ISO.fullmatch(text):
        return None
    try:
        read = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else _in_utc(read)


def _in_utc(read: datetime) -> datetime | None:
    try:
        return read.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if read.year == MAXYEAR else None
