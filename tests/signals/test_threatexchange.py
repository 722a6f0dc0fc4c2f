"""Files with ThreatExchange's header."""

from datetime import UTC, datetime

import pytest

from signals.columns import Choices, recognise
from signals.reader import LAYOUTS, open_table
from signals.rows import CheckedRow, check_row
from tests.signals.files import as_file

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = [
    "td_description", "td_raw_indicator", "td_indicator_type", "td_visibility", "td_share_level", "td_status",
    "td_subjective_tags", "td_confidence", "td_severity", "td_review_status", "td_first_active", "td_last_active",
    "td_expire_time", "td_privacy_groups",
]  # fmt: skip
ROW = {
    "td_raw_indicator": "0123456789ABCDEF0123456789ABCDEF",
    "td_indicator_type": "hash_md5",
    "td_share_level": "WHITE",
    "td_status": "MALICIOUS",
    "td_first_active": "2025-09-01T10:00:00+0000",
}
COLUMNS = recognise(HEADER, LAYOUTS)


def _check(**cells: str) -> CheckedRow | list[tuple[str, str | None]]:
    checked = check_row(2, [{**ROW, **cells}.get(name, "") for name in HEADER], COLUMNS, now=NOW)
    return checked if isinstance(checked, CheckedRow) else [(fault.code, fault.column) for fault in checked]


def test_row_is_translated() -> None:
    row = _check(
        td_subjective_tags="weekly;Grooming; other", td_severity="severe", td_confidence="75", td_description="a\nb"
    )
    assert isinstance(row, CheckedRow)
    assert (row.kind, row.harm_types, row.severity, row.tlp, row.confidence, row.note) == (
        "md5", ("grooming", "other"), 3, 1, 75, "a\nb",
    )  # fmt: skip
    assert row.observed_at == datetime(2025, 9, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("space", ["\u00a0", "\u3000"])
def test_spaces_of_every_script_are_ignored_around_words(space: str) -> None:
    cells = {"td_subjective_tags": f"grooming{space};週次{space}報告", "td_severity": f"SEVERE{space}"}
    row = _check(**cells, td_share_level=f"{space}amber", td_indicator_type=f"HASH_MD5{space}")
    assert isinstance(row, CheckedRow)
    assert (row.kind, row.harm_types, row.severity, row.tlp) == ("md5", ("grooming",), 3, 2)


def test_other_tags_may_be_pictures() -> None:
    row = _check(td_subjective_tags="👨\u200d👩;grooming")
    assert isinstance(row, CheckedRow)
    assert row.harm_types == ("grooming",)


def test_hashes_without_a_harm_type_get_the_usual_one() -> None:
    row = _check(td_subjective_tags="weekly")
    assert isinstance(row, CheckedRow)
    assert row.harm_types == ("csam_distribution",)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"td_indicator_type": "IP_ADDRESS"}, ("unknown_kind", "td_indicator_type")),
        ({"td_indicator_type": "email"}, ("unknown_kind", "td_indicator_type")),
        ({"td_status": "NON_MALICIOUS"}, ("not_malicious", "td_status")),
        ({"td_severity": "high"}, ("bad_severity", "td_severity")),
        ({"td_share_level": ""}, ("bad_tlp", "td_share_level")),
        ({"td_share_level": "RE\x00D"}, ("control_character", "td_share_level")),
        ({"td_subjective_tags": "a\x00"}, ("control_character", "td_subjective_tags")),
        ({"td_visibility": "\x07"}, ("control_character", "td_visibility")),
        ({"td_privacy_groups": "a\x00"}, ("control_character", "td_privacy_groups")),
        ({"td_privacy_groups": "a\nb"}, ("control_character", "td_privacy_groups")),
        ({"td_review_status": "a\tb"}, ("control_character", "td_review_status")),
        ({"td_visibility": "a\r\nb"}, ("control_character", "td_visibility")),
        ({"td_last_active": "\x1f"}, ("control_character", "td_last_active")),
        ({"td_last_active": "\x0b"}, ("control_character", "td_last_active")),
        ({"td_last_active": "\t"}, ("control_character", "td_last_active")),
        ({"td_first_active": "\t"}, ("control_character", "td_first_active")),
        ({"td_first_active": "\x0c", "td_last_active": "2026-01-01"}, ("control_character", "td_first_active")),
        ({"td_first_active": "\x7f", "td_last_active": "2026-01-01"}, ("control_character", "td_first_active")),
        ({"td_first_active": "soon"}, ("bad_date", "td_first_active")),
        ({"td_last_active": "2099-01-01"}, ("future_date", "td_last_active")),
        ({"td_expire_time": "2020-01-01"}, ("past_expiry", "td_expire_time")),
    ],
)
def test_fault_names_the_column_of_the_file(cells: dict[str, str], fault: tuple[str, str]) -> None:
    assert fault in _faults(_check(**{"td_subjective_tags": "other", **cells}))


def test_words_without_a_harm_type_are_asked_for_one() -> None:
    cells = {"td_indicator_type": "TEXT_STRING", "td_raw_indicator": "blue lantern"}
    assert _check(**cells) == [("missing_harm_type", "td_subjective_tags")]
    chosen = Choices(harm_types={"keyword": ("grooming",)})
    columns = recognise(HEADER, LAYOUTS, chosen)
    row = check_row(2, [{**ROW, **cells}.get(name, "") for name in HEADER], columns, now=NOW)
    assert isinstance(row, CheckedRow)
    assert row.harm_types == ("grooming",)


def test_columns_without_a_meaning_here_are_not_called_unknown() -> None:
    table = open_table([as_file([*HEADER, "td_colour"])])
    assert table.columns.layout.name == "threatexchange"
    assert table.unknown_columns == ("td_colour",)


def _faults(checked: CheckedRow | list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    assert isinstance(checked, list)
    return checked
