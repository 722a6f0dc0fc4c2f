"""What can be wrong with a row or a file: one table of codes, and the exceptions that carry them.

The page, the errors file and the docs all read `FAULTS`. The codes are a contract (design 8.2); the words are not.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultCode:
    """One code: the problem in words, and what to do about it. `scope` is "row" or "file"."""

    code: str
    title: str
    how_to_fix: str
    scope: str = "row"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one row of a file.

    `field` is the native column name the fault is about (None for a surplus cell); `column` is the column's name as the
    file spells it, and None where the file has no such column; `column_index` counts from 0; `cell` reads as in a
    spreadsheet ("B24") and is empty where the column is missing.
    """

    code: str
    field: str | None
    column: str | None
    column_index: int | None
    cell: str
    row: int


class InvalidValue(ValueError):
    """A kind refuses a value. `code` is one of the row codes. The text of the exception never holds the value."""

    def __init__(self, code: str = "invalid_value") -> None:
        super().__init__(code)
        self.code = code


class RowFault(ValueError):
    """One field of a row, or of a form, is refused with a row code. Never holds the value."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"{field}: {code}")
        self.code = code
        self.field = field


class FileRefused(ValueError):
    """A whole file is refused: nothing of it counts. `message` is one sentence for the person who sent it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


_ROW_FAULTS = (
    FaultCode("missing_value", "The value is empty", "Fill in the value, or delete the row."),
    FaultCode(
        "unknown_kind", "This is not a kind of signal", "Use one of the kinds in the template, such as email or url."
    ),
    FaultCode(
        "invalid_value", "The value is not of its kind", "Check the spelling, or choose the kind that fits the value."
    ),
    FaultCode("missing_service", "The service is empty", "Name the service the account or handle is on."),
    FaultCode("missing_harm_type", "No harm type is given", "Give at least one harm type; put ; between several."),
    FaultCode(
        "unknown_harm_type", "A harm type is not known", "Use the harm types in the template; put ; between several."
    ),
    FaultCode(
        "bad_severity", "The severity is not known", "Use low, medium, high or critical, or leave the cell empty."
    ),
    FaultCode(
        "bad_confidence",
        "The confidence is not a number from 0 to 100",
        "Give a whole number from 0 to 100, or leave the cell empty.",
    ),
    FaultCode("bad_date", "The date cannot be read", "Write it as 2025-11-05 or 2025-11-05T14:30:00Z."),
    FaultCode(
        "future_date",
        "The date is in the future",
        "Give the time at which it was seen; without a zone it is read as UTC.",
    ),
    FaultCode(
        "past_expiry", "The expiry has passed", "Give a later date, or leave the cell empty to use the usual one."
    ),
    FaultCode(
        "bad_tlp", "The TLP cannot be used here", "Use GREEN, AMBER, AMBER+STRICT or RED, or leave the cell empty."
    ),
    FaultCode(
        "too_long",
        "The text is too long",
        "Shorten it: value 2,048 characters, service 64, incident 64, policy 200, note 1,000.",
    ),
    FaultCode(
        "control_character",
        "There is a control character in the cell",
        "Type the cell again by hand, or leave out a column that is not read. Line breaks and tabs are fine in a note"
        " only.",
    ),
    FaultCode(
        "too_many_cells",
        "The row has more cells than the header",
        "Quote a cell that holds the separator, or delete the extra cells. The rows to fix come without them.",
    ),
    FaultCode(
        "too_broad",
        "The value would catch people who did nothing",
        "Name the exact page, account or file instead of a whole site or an empty file.",
    ),
    FaultCode(
        "not_malicious",
        "The row is marked as not malicious",
        "Leave the row out; only signals about violations are shared.",
    ),
)

_FILE_FAULTS = (
    FaultCode("empty_file", "The file is empty", "Export it again and upload the new file.", "file"),
    FaultCode(
        "no_header",
        "The first line names no known column",
        "Put the header of the template on the first line, or map the columns.",
        "file",
    ),
    FaultCode("duplicate_header", "A column appears twice", "Keep one of the two columns.", "file"),
    FaultCode("missing_column", "A needed column is missing", "Add the column, or map one of yours to it.", "file"),
    FaultCode("unknown_encoding", "The text is neither UTF-8 nor marked UTF-16", "Save it again as CSV UTF-8.", "file"),
    FaultCode("not_a_csv", "This is not a CSV file", "Open it where it was made and save it as CSV UTF-8.", "file"),
    FaultCode(
        "unclosed_quote",
        "A quote is never closed",
        "Close the quote, or double it where it belongs to the text.",
        "file",
    ),
    FaultCode("too_large", "The file is too large", "Split it and upload the parts one after the other.", "file"),
    FaultCode(
        "too_many_rows", "The file has too many rows", "Split it and upload the parts one after the other.", "file"
    ),
)

FAULTS: Mapping[str, FaultCode] = {fault.code: fault for fault in (*_ROW_FAULTS, *_FILE_FAULTS)}
"""Every row and file code, in the order of design 8.2."""

ROW_CODES = frozenset(fault.code for fault in _ROW_FAULTS)
FILE_CODES = frozenset(fault.code for fault in _FILE_FAULTS)


def refused(code: str, what: str) -> FileRefused:
    """The refusal of a file in one sentence: `what` happened, that nothing was kept, and what to do."""
    fix = FAULTS[code].how_to_fix.rstrip(".")
    return FileRefused(code, f"{what}, so nothing of it was kept; {fix[0].lower()}{fix[1:]}.")
