"""A CSV file as it arrives to a header and numbered rows (design 6 and 8.2), never more of it in memory than a row.

`prescan` reads a whole file and says whether it is refused; `open_table` reads it again, row by row. A file that
`prescan` has passed is not refused later.

Rows are numbered as a spreadsheet numbers them: by records, so that blank lines count and a newline inside quotes does
not. A spreadsheet does not show a first line `sep=;`, so the numbers start below it.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from lantern.lib.csvfile import unguarded
from signals.columns import (
    NATIVE,
    NEEDED,
    Choices,
    Columns,
    Layout,
    has_something,
    is_errors_file,
    known_names,
    recognise,
)
from signals.decoding import text_of, unreadable
from signals.faults import FileRefused, refused
from signals.limits import DEFAULT_LIMITS, Limits
from signals.threatexchange import LAYOUT as THREAT_EXCHANGE

__all__ = ["Choices", "Columns", "Head", "Prescan", "Table", "open_table", "prescan", "read_head"]

LAYOUTS = (Layout("native", NATIVE, NEEDED), THREAT_EXCHANGE)
DELIMITERS = (",", ";", "\t")

LONGEST_RECORD = 1_000_000
"""Characters of one row. A longer one is an open quote or no table, and is never built up in memory."""

RECORDS_PER_ROW = 4
"""Records a file may have for each row allowed, blank ones included: 50 MB of line ends would take minutes."""

MOST_BLANK_LINES = 1_000
"""Lines above the header that are looked through for it when the delimiter is settled."""

MOST_HEADER_LINES = 100
"""Lines that a header with line ends in its names is looked through for when the delimiter is settled."""

_LINE_END = re.compile(r"[\r\n]")
_QUOTED = {
    mark: re.compile(
        rf'(?:"(?P<quoted>[^"]*+(?:""[^"]*+)*+)"(?P<more>[^{mark}\r\n]*+)|[^{mark}\r\n]*+)(?:{mark}|[\r\n]++|\Z)'
    )
    for mark in DELIMITERS
}
"""By delimiter: the cells of a record as `csv` reads them, those in quotes with what follows their closing quote."""

_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=([,;\t])"?\s*', re.IGNORECASE)
_END = "\x1aend of file\x1a"
"""Twice, with a delimiter between, it is a line that is read after the last one: two cells; in an open quote one."""

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file, for the page on which columns are mapped: header, delimiter and the first rows."""

    header: tuple[str, ...]
    delimiter: str
    sample: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Prescan:
    """What a whole file turned out to be: its header, and the number of its data rows."""

    header: tuple[str, ...]
    delimiter: str
    columns: Columns
    rows: int


class Table:
    """An open file. Iterating gives `(row number, cells)` of each row with something in it, once.

    Names and cells are as in the file, except that the formula guard is undone in an errors file that comes back.
    Raises `FileRefused` while it is iterated: unclosed_quote, unknown_encoding, too_large, too_many_rows, not_a_csv.
    """

    def __init__(self, records: "_Records", columns: Columns, delimiter: str, limits: Limits) -> None:
        self.columns = columns
        self.delimiter = delimiter
        self._records = records
        self._limits = limits

    @property
    def header(self) -> tuple[str, ...]:
        """The column names as the file spells them."""
        return self.columns.header

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Columns that are ignored, as the file spells them."""
        return self.columns.unknown

    def __iter__(self) -> Iterator[Row]:
        for count, (number, cells) in enumerate(self._records, 1):
            if count > self._limits.max_rows:
                raise refused("too_many_rows", f"The file has more than {self._limits.max_rows:,} rows")
            yield number, [unguarded(cell) for cell in cells] if self.columns.repaired else cells

    def after(self, number: int) -> Iterator[Row]:
        """The rows that follow the row with that number; the others are read and let go."""
        return (row for row in self if row[0] > number)


def open_table(chunks: Iterable[bytes], limits: Limits = DEFAULT_LIMITS, choices: Choices | None = None) -> Table:
    """The table in a file given as chunks of bytes. Raises `FileRefused` for what its beginning gives reason for."""
    records = _Records(chunks, limits)
    header = records.header()
    return Table(records, recognise(header, LAYOUTS, choices), records.delimiter, limits)


def prescan(chunks: Iterable[bytes], limits: Limits = DEFAULT_LIMITS, choices: Choices | None = None) -> Prescan:
    """Reads a whole file, so that it is refused before anything of it counts. Raises `FileRefused`, any file code."""
    table = open_table(chunks, limits, choices)
    rows = sum(1 for _ in table)
    return Prescan(table.header, table.delimiter, table.columns, rows)


def read_head(chunks: Iterable[bytes], limits: Limits = DEFAULT_LIMITS, rows: int = 5) -> Head:
    """Header and first rows of a file whose columns need not be known. Raises `FileRefused` as reading does."""
    records = _Records(chunks, limits)
    header = tuple(records.header())
    sample = tuple(tuple(cells) for _, cells in islice(records, rows))
    return Head(header, records.delimiter, sample)


class _Records:
    """The records of a file that are not blank, with their numbers."""

    def __init__(self, chunks: Iterable[bytes], limits: Limits) -> None:
        self._text = text_of(chunks, limits)
        self._pending: list[str] = []
        self._ended = False
        self._length = 0
        self._lines: list[str] = []
        self._number = 0
        self._most_records = RECORDS_PER_ROW * limits.max_rows
        self.delimiter = ","

    def header(self) -> list[str]:
        """The first record that is not blank, in an errors file without the formula guard of its names.

        Settles the delimiter. Raises `FileRefused`.
        """
        # The limit is the module's, for the whole process; ours is LONGEST_RECORD, which is looked at line by line.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_RECORD))
        self._settle_delimiter()
        self._reader = csv.reader(self._physical_lines(), delimiter=self.delimiter)
        header = next(iter(self), None)
        if header is None:
            raise refused("empty_file", "There is nothing in the file")
        names = header[1]
        if any("\x00" in name for name in names):
            raise unreadable()
        return [unguarded(name) for name in names] if is_errors_file(names) else names

    def __iter__(self) -> Iterator[Row]:
        try:
            for cells in self._reader:
                self._number += 1
                if len(self._lines) > 1:
                    self._check_quotes()
                self._length = 0
                self._lines.clear()
                if self._ended:
                    self._check_end(cells)
                    return
                if has_something(cells):
                    yield self._number, cells
                elif self._number > self._most_records:
                    raise refused(
                        "too_many_rows", f"The file has more than {self._most_records:,} lines, many of them blank"
                    )
        except UnicodeError:
            raise unreadable() from None
        except csv.Error:
            raise self._runaway() from None

    def _settle_delimiter(self) -> None:
        """By a `sep=` line, or else by which one makes known columns, or most columns, of the first row in use."""
        kept = self._kept()
        try:
            line = next((line for line in islice(kept, MOST_BLANK_LINES) if line.strip()), "")
            lines = [line, *_rest_of_row(line, islice(kept, MOST_HEADER_LINES))]
        except UnicodeError:
            raise unreadable() from None
        if named := _SEPARATOR_LINE.fullmatch(line):
            self.delimiter = named[1]
            self._pending.clear()
        else:
            self.delimiter = max(DELIMITERS, key=partial(_fit, lines))

    def _kept(self) -> Iterator[str]:
        """Lines from the beginning that are read once more afterwards."""
        while line := self._text.readline(LONGEST_RECORD):
            self._pending.append(line)
            yield line

    def _physical_lines(self) -> Iterator[str]:
        for line in self._pending:
            yield self._measured(line)
        self._pending.clear()
        while line := self._text.readline(LONGEST_RECORD):
            yield self._measured(line)
        self._ended = True
        yield f"{_END}{self.delimiter}{_END}"

    def _measured(self, line: str) -> str:
        self._lines.append(line)
        self._length += len(line)
        if self._length >= LONGEST_RECORD:
            raise self._runaway()
        return line

    def _runaway(self) -> FileRefused:
        if len(self._lines) > 1:
            return self._unclosed(self._number + 1)
        return refused("not_a_csv", f"Row {self._number + 1} of the file is one line of a million characters or more")

    def _check_quotes(self) -> None:
        """Raises `FileRefused` where a quote reaches over a line end and more of the cell follows where it is closed.

        It was never closed: the first quote of a later row was taken for its end.
        """
        for cell in _QUOTED[self.delimiter].finditer("".join(self._lines)):
            if (cell["more"] or "").strip() and _LINE_END.search(cell["quoted"]):
                raise self._unclosed(self._number)

    def _check_end(self, cells: list[str]) -> None:
        if cells != [_END, _END]:
            raise self._unclosed(self._number)

    def _unclosed(self, number: int) -> FileRefused:
        return refused("unclosed_quote", f"A quote that is opened in row {number} of the file is never closed")


def _rest_of_row(line: str, following: Iterator[str]) -> Iterator[str]:
    """The lines that a quote which is open at the end of the first one reaches over."""
    quotes, length = line.count('"'), len(line)
    while quotes % 2 and length < LONGEST_RECORD and (more := next(following, "")):
        yield more
        quotes, length = quotes + more.count('"'), length + len(more)


def _fit(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    cells = next(csv.reader(lines, delimiter=delimiter), [])
    return known_names(cells, LAYOUTS), len(cells)
