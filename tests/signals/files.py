"""Files for the tests of the reader, built here and nowhere stored."""

import csv
import io
from collections.abc import Sequence

from signals.columns import NATIVE

HEADER = ",".join(NATIVE) + "\r\n"


def as_file(*rows: Sequence[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file with those rows."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)
