"""What holds for every input: normal forms are stable, masks hide, and nothing makes the reader or a row crash."""

from collections.abc import Iterable
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lantern.lib.csvfile import guarded
from signals.columns import NATIVE, recognise
from signals.faults import ROW_CODES, FileRefused, RowFault
from signals.kinds import KINDS, normal_form
from signals.limits import GIVEN, KEPT
from signals.reader import LAYOUTS, open_table, prescan, read_head
from signals.rows import CheckedRow, check_row
from tests.signals.files import HEADER, as_file

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = recognise(list(NATIVE), LAYOUTS)

ODD = "@.:/#?&=%+$[]()!'\"•\u200b\u202e\u00a8\u0130\ufb01\u212b\u0345ßΣ0x"
words = st.one_of(st.text(max_size=30), st.text(ODD + "abc", max_size=30), st.text("0123456789abcdef", max_size=64))
values = st.one_of(
    words,
    words.map("https://example.org/{}".format),
    words.map("hxxp://{}".format),
    words.map("ana@{}.example".format),
    words.map("{}@example.org".format),
    st.text("0123456789 ()-", max_size=16).map("+{}".format),
)
cells = st.one_of(
    values, st.sampled_from(["", *KINDS, "grooming", "high", "2025-01-01", "AMBER", "x" * 2049, "=1", "\x00"])
)


@settings(max_examples=400, deadline=None)
@example("username", "¸")
@given(st.sampled_from(list(KINDS)), values)
def test_normalising_twice_changes_nothing_and_masks_hide(kind: str, value: str) -> None:
    try:
        normal, service = normal_form(kind, value, "Lumen")
    except RowFault as fault:
        assert fault.code in ROW_CODES  # noqa: PT017 - most inputs are refused, and that is fine
        return
    assert normal_form(kind, normal, service, KEPT) == (normal, service)
    assert 0 < len(normal) <= KEPT.value
    assert normal.encode()
    assert normal not in KINDS[kind].mask(normal)
    assert KINDS[kind].fold(normal) != ""


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["example.org", "localhost", "[::1]:8080", "192.0.2.7", "a(dot)b"]),
    st.lists(st.sampled_from([".", "[.]", "(dot)", "{DOT}", "[dot]", *"[](){}./?#!xhtp:"]), max_size=12).map("".join),
)
def test_a_url_that_is_shown_reads_back_as_the_same(host: str, rest: str) -> None:
    normal, _ = normal_form("url", f"http://{host}/a{rest}")
    shown = KINDS["url"].show(normal)
    assert not shown.startswith("http")
    assert normal_form("url", shown) == (normal, "")


LONG = st.text(st.sampled_from("aß\u0300\u0327ΐ\ufb03\ufb2c\ufdfa\u3316日🦊\U0001d160"), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["keyword", "username", "url"]), LONG, LONG)
def test_what_may_be_given_may_be_kept_and_read_again(kind: str, words: str, service: str) -> None:
    value = ("https://x.example/" if kind == "url" else "") + words * (2000 // len(words))
    try:
        normal, named = normal_form(kind, value, service + "ﬃ" * (GIVEN.service - len(service)))
    except RowFault as fault:
        assert fault.code == "invalid_value"  # noqa: PT017 - a name with a space in it
        return
    assert len(normal) <= KEPT.value
    assert len(named) <= KEPT.service
    assert normal_form(kind, normal, named, KEPT) == (normal, named)


@settings(max_examples=200, deadline=None)
@given(st.lists(cells, max_size=14))
def test_every_row_is_checked_or_has_faults(row: list[str]) -> None:
    checked = check_row(24, row, COLUMNS, now=NOW)
    assert isinstance(checked, CheckedRow) or {fault.code for fault in checked} <= ROW_CODES
    assert checked


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=200).map(lambda text: (HEADER + text).encode("utf-8", "replace"))
    )
)
def test_reader_reads_or_refuses_any_bytes(data: bytes) -> None:
    for read in (prescan, read_head):
        try:
            read(_pieces(data))
        except FileRefused as refused:
            assert refused.message.endswith(".")  # noqa: PT017 - reading and refusing are both fine, crashing is not


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.text("=\t\n \u00a0a＝'", max_size=6)),
    st.integers(0, 3),
)
def test_errors_file_gives_back_what_was_typed(text: str, quotes: int) -> None:
    typed = "'" * quotes + text
    data = as_file(["kind", "value", "harm_types", "_row"], ["keyword", guarded(typed), "other", "2"])
    assert [row[1][1] for row in open_table([data])] == [typed]


def _pieces(data: bytes) -> Iterable[bytes]:
    return (data[at : at + 7] for at in range(0, len(data), 7))
