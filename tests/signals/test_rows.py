"""One row to a checked contribution or to its faults (design 8.2)."""

import weakref
from datetime import UTC, datetime, timedelta

import pytest

from lantern.lib.collecting import uncollected
from signals.columns import ERROR_COLUMNS, NATIVE, Choices, recognise
from signals.dates import moment
from signals.faults import Fault
from signals.limits import Limits
from signals.reader import LAYOUTS
from signals.rows import CheckedRow, cell_name, check_fields, check_row

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = recognise(list(NATIVE), LAYOUTS)
GOOD = {"kind": "username", "value": "Ana", "service": "Lumen", "harm_types": "grooming"}


def _checked(**fields: str) -> CheckedRow:
    checked = check_fields({**GOOD, **fields}, now=NOW)
    assert isinstance(checked, CheckedRow), checked
    return checked


def _faults(**fields: str) -> list[tuple[str, str]]:
    faults = check_fields({**GOOD, **fields}, now=NOW)
    assert isinstance(faults, list)
    return [(fault.code, fault.field) for fault in faults]


def test_defaults_of_a_short_row() -> None:
    assert check_row(2, ["Username", "@Ana", " LUMEN", "Other; grooming;;other"], COLUMNS, now=NOW) == CheckedRow(
        kind="username", value="ana", service="lumen", named_service="lumen", harm_types=("grooming", "other"),
        severity=2, confidence=None, observed_at=NOW, incident="", policy="", note="", tlp=2, expires_at=None,
        expiry_shortened=False,
    )  # fmt: skip


def test_words_are_read_without_case_and_spaces() -> None:
    row = _checked(severity=" HIGH ", tlp=" tlp:amber+strict ", confidence=" 80 ", note=" a\r\n\tb\rc ")
    assert (row.severity, row.tlp, row.confidence, row.note) == (3, 3, 80, "a\n\tb\nc")


def test_service_of_a_kind_that_needs_none_is_named_and_not_kept() -> None:
    row = _checked(kind="email", value="ana@example.org")
    assert (row.service, row.named_service) == ("", "lumen")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("kind", "", "unknown_kind"),
        ("value", " ", "missing_value"),
        ("value", "an a", "invalid_value"),
        ("value", "a\tb", "control_character"),
        ("service", "", "missing_service"),
        ("service", "s" * 65, "too_long"),
        ("harm_types", " ; ", "missing_harm_type"),
        ("harm_types", "grooming,other", "unknown_harm_type"),
        ("severity", "urgent", "bad_severity"),
        ("confidence", "101", "bad_confidence"),
        ("confidence", "80%", "bad_confidence"),
        ("confidence", "-0", "bad_confidence"),
        ("confidence", "٥", "bad_confidence"),
        ("observed_at", "31/12/2025", "bad_date"),
        ("observed_at", "2026-03-01T12:00:01Z", "future_date"),
        ("observed_at", "2026-03-02", "future_date"),
        ("observed_at", "9999-12-31T23:59:59-05:00", "future_date"),
        ("incident", "i" * 65, "too_long"),
        ("policy", "p" * 201, "too_long"),
        ("policy", "two\nlines", "control_character"),
        ("note", "🦊" * 1001, "too_long"),
        ("note", "bell\x07", "control_character"),
        ("note", "next\x85line", "control_character"),
        ("note", "half \ud83e", "control_character"),
        ("tlp", "CLEAR", "bad_tlp"),
        ("tlp", "TLP:WHITE", "bad_tlp"),
        ("tlp", "TLP:", "bad_tlp"),
        ("expires_at", "2026-03-01T12:00:00Z", "past_expiry"),
        ("expires_at", "soon", "bad_date"),
        ("status", "non_malicious", "not_malicious"),
    ],
)
def test_one_fault(field: str, text: str, code: str) -> None:
    assert _faults(**{field: text}) == [(code, field)]


def test_limits_count_code_points() -> None:
    _checked(note="🦊" * 1000, incident="i" * 64, policy="p" * 200, service="s" * 64, value="v" * 2048)


def test_all_faults_of_a_row_are_told_with_their_cells() -> None:
    cells = ["email", "", "", "spam", "urgent", "", "", "", "", "bell\x07"]
    assert check_row(24, cells, COLUMNS, now=NOW) == [
        Fault("missing_value", "value", "value", 1, "B24", 24),
        Fault("unknown_harm_type", "harm_types", "harm_types", 3, "D24", 24),
        Fault("bad_severity", "severity", "severity", 4, "E24", 24),
        Fault("control_character", "note", "note", 9, "J24", 24),
    ]


def test_a_control_character_is_a_fault_in_a_column_that_is_ignored_too() -> None:
    columns = recognise(["kind", "Comment", "value", "harm_types"], LAYOUTS)
    for cell in ("be\x07ll", "two\nlines", "two\r\nlines", "a\ttab", "\t"):
        assert check_row(3, ["keyword", cell, "a", "other"], columns, now=NOW) == [
            Fault("control_character", None, "Comment", 1, "B3", 3)
        ]
    assert isinstance(check_row(3, ["keyword", " two lines ", "a", "other"], columns, now=NOW), CheckedRow)


def test_a_column_that_a_person_leaves_out_may_hold_lines() -> None:
    choices = Choices({"Sort": "kind", "value": "value", "harm_types": "harm_types", "Comment": ""})
    columns = recognise(["Sort", "Comment", "value", "harm_types"], LAYOUTS, choices)
    assert isinstance(check_row(3, ["keyword", "two\r\nlines,\ta tab", "a", "other"], columns, now=NOW), CheckedRow)
    assert check_row(3, ["keyword", "be\x07ll", "a", "other"], columns, now=NOW) == [
        Fault("control_character", None, "Comment", 1, "B3", 3)
    ]


@pytest.mark.parametrize("told", ["be\x07ll", "two\nlines", "a\ttab"])
def test_what_came_back_with_an_errors_file_is_no_fault(told: str) -> None:
    columns = recognise(["kind", "value", "harm_types", *ERROR_COLUMNS], LAYOUTS)
    assert isinstance(check_row(3, ["keyword", "a", "other", *[told] * 5], columns, now=NOW), CheckedRow)


def test_fault_in_a_column_the_file_does_not_have() -> None:
    columns = recognise(["Value", "kind", "harm_types"], LAYOUTS)
    assert check_row(3, ["ana", "username", "other"], columns, now=NOW) == [
        Fault("missing_service", "service", None, None, "", 3)
    ]


def test_surplus_cells_are_the_only_fault() -> None:
    row = ["", "", *[""] * 10]
    assert check_row(7, [*row, " ", "x"], COLUMNS, now=NOW) == [Fault("too_many_cells", None, None, 12, "M7", 7)]
    for control in "\x0b\x0c\x1f\x85":
        assert check_row(7, [*row, control], COLUMNS, now=NOW) == [Fault("too_many_cells", None, None, 12, "M7", 7)]
    good = list(GOOD.values())
    assert isinstance(check_row(7, [*good, *[""] * 8, " ", ""], COLUMNS, now=NOW), CheckedRow)


class _Cells(list[str]):
    """Cells that can be watched."""


def test_refused_rows_are_let_go_without_looking_for_circles() -> None:
    """A check of a million rows runs without the collector: what one row keeps alive, a file keeps a million times."""
    with uncollected():
        cells = _Cells(["email", "nobody at nowhere", "", "rudeness", "dire", "101", "yesterday"])
        watched = weakref.ref(cells)
        assert isinstance(check_row(2, cells, COLUMNS, now=NOW), list)
        del cells
        assert watched() is None


def test_expiry_is_brought_back_to_the_limit_of_the_kind() -> None:
    assert _checked(expires_at="2027-01-01").expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    for late in ("2099-01-01", "9999-12-31T23:59:59-05:00"):
        row = _checked(expires_at=late)
        assert (row.expires_at, row.expiry_shortened) == (NOW + timedelta(days=730), True)
    limits = Limits(retention_days={"username": 10})
    short = check_fields({**GOOD, "expires_at": "2026-04-01"}, now=NOW, limits=limits)
    assert isinstance(short, CheckedRow)
    assert short.expires_at == NOW + timedelta(days=10)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-11-05", "2025-11-05T00:00:00+00:00"),
        ("2025-11-05 14:30", "2025-11-05T14:30:00+00:00"),
        ("2025-11-05T14:30:01.5Z", "2025-11-05T14:30:01.500000+00:00"),
        ("2025-11-05t14:30:01,123456789z", "2025-11-05T14:30:01.123456+00:00"),
        ("2025-11-05T14:30:00+0200", "2025-11-05T12:30:00+00:00"),
        ("2025-11-05T14:30-05", "2025-11-05T19:30:00+00:00"),
        ("9999-12-31T23:59:59.999999-00:01", "9999-12-31T23:59:59.999999+00:00"),
        ("2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00+00:00"),
    ],
)
def test_moment_is_read_as_utc(text: str, iso: str) -> None:
    read = moment(text)
    assert read is not None
    assert read.isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        "31/12/2025", "2025-02-30", "2025-W45-3", "2025-309", "20251105", "2025-11", "2025-11-05T24:00:01",
        "2025-11-05T25:00", "2025-11-05T14", "2025-11-05T14:30:60", "2025-11-05T14:30+24:00", "0001-01-01T00:00+01:00",
        "２０２５-11-05", "46000", "2025-11-05T14:30 Z",
        "2025-11-05 14:30 UTC", "2025-11-05T1430", "2025-11-05x14:30", "0000-01-01",
    ],
)  # fmt: skip
def test_moment_refuses_what_could_be_read_twice(text: str) -> None:
    assert moment(text) is None


def test_cells_are_named_as_in_a_spreadsheet() -> None:
    assert [cell_name(index, 5) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A5", "Z5", "AA5", "AZ5", "BA5", "ZZ5", "AAA5",
    ]  # fmt: skip
