"""The one writer for every CSV the portal hands out (RFC 4180, UTF-8 with a byte-order mark on request).

A spreadsheet that opens a cell beginning with a formula character runs it. Such cells get an apostrophe in front, as
OWASP's advice on CSV injection says; full-width forms count too, because some spreadsheets fold them.
"""

import csv
import io
from collections.abc import Iterable, Iterator

GUARD = "'"
RISKY = frozenset("=+-@\t\r\n|＝＋－＠｜")


def guarded(cell: object) -> str:
    """The cell's text, which no spreadsheet takes for a formula. `unguarded` undoes it exactly."""
    text = "" if cell is None else str(cell)
    return GUARD + text if _is_risky(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if text.startswith(GUARD) and _is_risky(text[1:]) else text


def _is_risky(text: str) -> bool:
    # Apostrophes count as nothing, so that a cell that was typed with one in front survives the way there and back.
    bare = text.lstrip(GUARD)
    return bare[:1] in RISKY or bare.lstrip()[:1] in RISKY if bare else False


def rows_as_csv(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """One line of CSV after the other, CRLF at each end."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
