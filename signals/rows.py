"""One row of a file, or one form, to a checked contribution, or to everything that is wrong with it (design 8.2)."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

from signals.columns import Columns
from signals.dates import moment
from signals.faults import Fault, RowFault
from signals.kinds import Kind, given_value, kind_named, named_service, normal_value
from signals.kinds.text import CONTROL, SURROGATE
from signals.limits import DEFAULT_LIMITS, TEXT_LENGTHS, Limits
from signals.vocabulary import DEFAULT_SEVERITY, DEFAULT_TLP, HARM_TYPES, SEVERITIES, TLP

Checked = TypeVar("Checked")

_HARM_ORDER = {name: place for place, name in enumerate(HARM_TYPES)}
_PERCENT = re.compile(r"[0-9]{1,3}")
_NOTE_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_END = re.compile("\r\n?")


class CheckedRow(NamedTuple):
    """What a participant says about a signal, in normal form. Texts are trimmed and hold no control characters but tabs
    and newlines in the note; moments are in UTC."""

    kind: str
    value: str
    service: str
    """The service the value is on, "" for kinds that need none."""
    named_service: str
    """The service the row names, for whatever kind; it tells whom the signal concerns, not which signal it is."""
    harm_types: tuple[str, ...]
    """In the design's order, each once, at least one."""
    severity: int
    """1 (low) to 4 (critical)."""
    confidence: int | None
    """0 to 100."""
    observed_at: datetime
    incident: str
    policy: str
    note: str
    tlp: int
    """1 (GREEN) to 4 (RED)."""
    expires_at: datetime | None
    """None where the row leaves it to the kind."""
    expiry_shortened: bool
    """Whether the row asked for more than the kind allows."""


def check_row(
    row: int, cells: Sequence[str], columns: Columns, *, now: datetime, limits: Limits = DEFAULT_LIMITS
) -> CheckedRow | list[Fault]:
    """Checks row number `row` of a file: the checked contribution, or all its faults (never an empty list).

    With surplus cells the rest is not judged. `now` is the time of the upload, with a zone.
    """
    if (surplus := columns.surplus(cells)) is not None:
        return [Fault("too_many_cells", None, None, surplus, cell_name(surplus, row), row)]
    stray = [
        _stray(index, row, columns)
        for index, cell in columns.unread(cells)
        if not cell.isprintable() and _is_stray(cell, columns.is_left_out(index))
    ]
    fields, moved = columns.fields(cells)
    checked = check_fields(fields, now=now, limits=limits)
    if isinstance(checked, CheckedRow):
        return stray or checked
    return [*(_located(fault, row, columns, moved) for fault in checked), *stray]


def check_fields(
    fields: Mapping[str, str], *, now: datetime, limits: Limits = DEFAULT_LIMITS
) -> CheckedRow | list[RowFault]:
    """Checks the fields of one contribution by their native names, from a page or a file; absent ones are empty."""
    try:
        return _read(fields.get, now, limits)
    except RowFault:
        return _faults(fields.get, now, limits)


def latest_expiry(kind: Kind, now: datetime, limits: Limits = DEFAULT_LIMITS) -> datetime:
    """How long a contribution of that kind may last, and does where nothing else is said."""
    return now + timedelta(days=limits.retention_days.get(kind.name, kind.retention_days))


def cell_name(index: int, row: int) -> str:
    """The name a spreadsheet gives to a cell: column index 0 in row 24 is "A24", index 26 is "AA24"."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _located(fault: RowFault, row: int, columns: Columns, moved: Mapping[str, str]) -> Fault:
    index = columns.index_of(moved.get(fault.field, fault.field))
    if index is None:
        return Fault(fault.code, fault.field, None, None, "", row)
    return Fault(fault.code, fault.field, columns.header[index].strip(), index, cell_name(index, row), row)


def _is_stray(cell: str, left_out: bool) -> bool:
    """Whether a cell that is not read holds what no cell may.

    Tab and newline are for notes (design 8.2), and for columns that a person leaves out, which may be notes to others.
    """
    return bool(_NOTE_CONTROL.search(_LINE_END.sub("\n", cell)) if left_out else CONTROL.search(cell))


def _stray(index: int, row: int, columns: Columns) -> Fault:
    return Fault("control_character", None, columns.header[index].strip(), index, cell_name(index, row), row)


def _read(text: Callable[[str, str], str], now: datetime, limits: Limits) -> CheckedRow:
    """The row, if all is well with it. Raises the first `RowFault`; a file's rows are read here a million times."""
    kind = kind_named(text("kind", ""))
    value = normal_value(kind, text("value", ""), limits.lengths)
    named = named_service(kind, text("service", ""), limits.lengths)
    asked = _expires_at(now, text("expires_at", ""))
    _status(text("status", ""))
    shortened = asked is not None and asked > latest_expiry(kind, now, limits)
    return CheckedRow(
        kind.name,
        value,
        named if kind.needs_service else "",
        named,
        _harm_types(text("harm_types", "")),
        _severity(text("severity", "")),
        _confidence(text("confidence", "")),
        _observed_at(now, text("observed_at", "")),
        _text("incident", text("incident", "")),
        _text("policy", text("policy", "")),
        _note(text("note", "")),
        _tlp(text("tlp", "")),
        latest_expiry(kind, now, limits) if shortened else asked,
        shortened,
    )


def _faults(text: Callable[[str, str], str], now: datetime, limits: Limits) -> list[RowFault]:
    """Everything that is wrong with a row that `_read` refused, in the order of the template's columns."""
    faults: list[RowFault] = []
    kind = _judged(kind_named, text("kind", ""), faults)
    read = partial(normal_value, kind) if kind else given_value
    _judged(partial(read, lengths=limits.lengths), text("value", ""), faults)
    for field, check in (
        ("service", partial(named_service, kind, lengths=limits.lengths)),
        ("harm_types", _harm_types),
        ("severity", _severity),
        ("confidence", _confidence),
        ("observed_at", partial(_observed_at, now)),
        ("incident", partial(_text, "incident")),
        ("policy", partial(_text, "policy")),
        ("note", _note),
        ("tlp", _tlp),
        ("expires_at", partial(_expires_at, now)),
        ("status", _status),
    ):
        _judged(check, text(field, ""), faults)
    return faults


def _judged(check: Callable[[str], Checked], text: str, faults: list[RowFault]) -> Checked | None:
    try:
        return check(text)
    except RowFault as fault:
        # A new one: what was raised holds its frames, and they the whole slice, in a circle.
        faults.append(RowFault(fault.code, fault.field))
        return None


@lru_cache(maxsize=1024)
def _harm_types(text: str) -> tuple[str, ...]:
    names = {name for each in _plain("harm_types", text).lower().split(";") if (name := each.strip())}
    if not names:
        raise RowFault("missing_harm_type", "harm_types")
    if not names <= _HARM_ORDER.keys():
        raise RowFault("unknown_harm_type", "harm_types")
    return tuple(sorted(names, key=_HARM_ORDER.__getitem__))


@lru_cache(maxsize=1024)
def _severity(text: str) -> int:
    name = _plain("severity", text).lower()
    row = SEVERITIES.get(name) if name else DEFAULT_SEVERITY
    if row is None:
        raise RowFault("bad_severity", "severity")
    return row.rank


@lru_cache(maxsize=1024)
def _confidence(text: str) -> int | None:
    digits = _plain("confidence", text)
    if not digits:
        return None
    if not _PERCENT.fullmatch(digits) or int(digits) > 100:
        raise RowFault("bad_confidence", "confidence")
    return int(digits)


@lru_cache(maxsize=1024)
def _tlp(text: str) -> int:
    name = _plain("tlp", text).upper()
    row = TLP.get(name.removeprefix("TLP:").strip()) if name else DEFAULT_TLP
    if row is None:
        raise RowFault("bad_tlp", "tlp")
    return row.rank


def _observed_at(now: datetime, text: str) -> datetime:
    seen = _moment("observed_at", text)
    if seen is None:
        return now.astimezone(UTC)
    if seen > now:
        raise RowFault("future_date", "observed_at")
    return seen


def _expires_at(now: datetime, text: str) -> datetime | None:
    end = _moment("expires_at", text)
    if end is not None and end <= now:
        raise RowFault("past_expiry", "expires_at")
    return end


def _moment(field: str, text: str) -> datetime | None:
    if not text:
        return None
    given = _plain(field, text)
    if not given:
        return None
    read = moment(given)
    if read is None:
        raise RowFault("bad_date", field)
    return read


def _text(field: str, text: str) -> str:
    if not text:
        return ""
    kept = _plain(field, text)
    if len(kept) > TEXT_LENGTHS[field]:
        raise RowFault("too_long", field)
    return kept


def _note(text: str) -> str:
    """Line ends become newlines before they are looked at and counted: which ones they were is the editor's doing."""
    if not text:
        return ""
    note = text
    if not text.isprintable():
        note = _LINE_END.sub("\n", text)
        if _NOTE_CONTROL.search(note):
            raise RowFault("control_character", "note")
    note = note.strip()
    if len(note) > TEXT_LENGTHS["note"]:
        raise RowFault("too_long", "note")
    return note


def _status(text: str) -> None:
    """Only files with ThreatExchange's columns have one (`signals.threatexchange`)."""
    if text and _plain("status", text).upper() == "NON_MALICIOUS":
        raise RowFault("not_malicious", "status")


def _plain(field: str, text: str) -> str:
    """A trimmed cell without control characters. A lone surrogate, which only a form can send, is one too many."""
    if not text.isprintable() and (CONTROL.search(text) or SURROGATE.search(text)):
        raise RowFault("control_character", field)
    return text.strip()
