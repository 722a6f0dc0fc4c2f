"""How a file is read, and why one is refused whole (design 6 and 8.2)."""

import csv
import gzip
import io
import zipfile

import pytest

from lantern.lib.csvfile import guarded
from signals.columns import Choices
from signals.faults import FILE_CODES, FileRefused
from signals.limits import Limits
from signals.reader import LONGEST_RECORD, open_table, prescan, read_head
from tests.signals.files import HEADER, as_file

SHORT = ["kind", "value", "harm_types", "note"]
ROW = ["email", "zoë@example.org", "grooming", 'she said "hi", twice\nand left']


def _refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        prescan([data], limits or Limits())
    assert refused.value.code in FILE_CODES
    assert "nothing of it was kept" in refused.value.message
    return refused.value.code


def _zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("sheet.xml", "x")
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("size", [1, 5, 100_000])
def test_file_is_read_in_each_encoding_and_delimiter(delimiter: str, encoding: str, size: int) -> None:
    data = as_file(SHORT, ROW, delimiter=delimiter, encoding=encoding)
    table = open_table(data[at : at + size] for at in range(0, len(data), size))
    assert table.header == tuple(SHORT)
    assert table.delimiter == delimiter
    assert list(table) == [(2, ROW)]


def test_big_endian_utf16_with_its_mark_is_read() -> None:
    data = b"\xfe\xff" + as_file(SHORT, ROW, encoding="utf-16-be")
    assert list(open_table([data])) == [(2, ROW)]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_rows_are_numbered_as_a_spreadsheet_does(end: str) -> None:
    lines = ["kind,value,harm_types", "", 'keyword,"two', 'lines",other', " , ,", "keyword,a\u2028b,other", "", "x"]
    rows = list(open_table([end.join(lines).encode()]))
    assert rows == [
        (3, ["keyword", f"two{end}lines", "other"]),
        (5, ["keyword", "a\u2028b", "other"]),
        (7, ["x"]),
    ]


def test_separator_line_is_not_counted() -> None:
    table = open_table([b"sep=;\r\nkind;value;harm_types\r\nkeyword;a,b;other\r\n"])
    assert table.delimiter == ";"
    assert list(table) == [(2, ["keyword", "a,b", "other"])]


def test_header_is_free_in_order_case_and_spaces() -> None:
    table = open_table([b"\n Harm_Types , VALUE ,Colour,kind,,colour\nother,a,red,keyword\n"])
    assert table.columns.by_index == {0: "harm_types", 1: "value", 3: "kind"}
    assert table.unknown_columns == ("Colour", "colour")
    assert [number for number, _ in table] == [3]


def test_errors_file_loses_its_guard_and_keeps_quiet_about_its_columns() -> None:
    header = ["kind", "value", "harm_types", "_row", "_column", "_code", "_problem", "_how_to_fix"]
    table = open_table([as_file(header, ["phone", "'+12025550199", "other", "2", "value", "x", "y", "z"])])
    assert table.unknown_columns == ()
    assert next(iter(table))[1][1] == "+12025550199"


def test_errors_file_loses_the_guard_of_its_names_too() -> None:
    header = [guarded(name) for name in ("@handle", "kind", "harm_types", "'=x", "_row")]
    data = as_file(header, ["mira", "keyword", "other", "", "2"])
    table = open_table([data], choices=Choices({"@handle": "value", "kind": "kind", "harm_types": "harm_types"}))
    assert table.columns.by_index == {0: "value", 1: "kind", 2: "harm_types"}
    assert table.unknown_columns == ("'=x",)
    assert read_head([data]).header == table.header == ("@handle", "kind", "harm_types", "'=x", "_row")


def test_apostrophe_stays_in_a_file_that_is_no_errors_file() -> None:
    table = open_table([as_file(SHORT[:3], ["phone", "'+12025550199", "other"])])
    assert next(iter(table))[1][1] == "'+12025550199"
    assert open_table([as_file(["'@x", *SHORT])]).header[0] == "'@x"


def test_reading_goes_on_after_a_row() -> None:
    data = as_file(SHORT, *([f"keyword{number}"] for number in range(50)))
    assert [number for number, _ in open_table([data]).after(49)] == [50, 51]


def test_prescan_counts_rows_and_not_lines() -> None:
    assert prescan([as_file(SHORT, ROW, [], ROW, ["", " "])]).rows == 2
    assert prescan([HEADER.encode()]).rows == 0


def test_other_headers_can_be_mapped() -> None:
    data = as_file(["Typ", "Wert", "Schaden", "Ort"], ["email", "a@example.org", "other", "x"])
    assert read_head([data]).header == ("Typ", "Wert", "Schaden", "Ort")
    assert read_head([data]).sample == (("email", "a@example.org", "other", "x"),)
    choices = Choices({"Typ": "kind", "wert": "value", "Schaden": "harm_types", "Ort": ""})
    table = open_table([data], choices=choices)
    assert table.columns.by_index == {0: "kind", 1: "value", 2: "harm_types"}
    assert table.unknown_columns == ()


REFUSED = [
    ("empty_file", b""),
    ("empty_file", b"\xef\xbb\xbf"),
    ("empty_file", b"\r\n \r\n"),
    ("empty_file", b"sep=;\r\n"),
    ("no_header", b"name,colour\na,b\n"),
    ("duplicate_header", b"kind,value,harm_types, VALUE\n"),
    ("missing_column", b"kind,value\n"),
    ("missing_column", b"td_raw_indicator,td_indicator_type\n"),
    ("unknown_encoding", HEADER.encode() + "email,zoë".encode("latin-1")),
    ("unknown_encoding", HEADER.encode("utf-16-le")),
    ("unknown_encoding", HEADER.encode("utf-16-be")),
    ("unknown_encoding", HEADER.encode("utf-32")),
    ("unknown_encoding", b"\x00\x00\xfe\xff" + HEADER.encode("utf-32-be")),
    ("unknown_encoding", HEADER.encode("utf-16") + b"x"),
    ("unknown_encoding", HEADER.encode() + b"email,\xed\xa0\x80\n"),
    ("unknown_encoding", HEADER.encode() + b"x" * 90_000 + b"\xff"),
    ("not_a_csv", _zipped()),
    ("not_a_csv", gzip.compress(HEADER.encode())),
    ("not_a_csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512),
    ("not_a_csv", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ("not_a_csv", b"Rar!\x1a\x07\x01\x00"),
    ("not_a_csv", b"BZh91AY&SY\x00"),
    ("not_a_csv", b"\xfd7zXZ\x00\x00"),
    ("not_a_csv", b"%PDF-1.7\n"),
    ("not_a_csv", b"\xef\xbb\xbf\n <!DOCTYPE html><table>"),
    ("not_a_csv", "<html><body>".encode("utf-16")),
    ("not_a_csv", b"<?xml version='1.0'?>"),
    ("not_a_csv", b"<div class='a'><table>"),
    ("not_a_csv", b"\n<svg xmlns='x'/>"),
    ("not_a_csv", b"MSCF\x00\x00\x00\x00"),
    ("not_a_csv", b"ID;PWXL;N;E\r\n"),
    ("not_a_csv", b'ID;PCALCOOO32\r\nC;X1;Y1;K"kind"\r\nE\r\n'),
    ("not_a_csv", b'ID;PGnumeric;N;E\nP;PGeneral\nC;Y1;X1;K"kind"\nE\n'),
    ("not_a_csv", b'TABLE\r\n0,1\r\n"EXCEL"\r\n'),
    ("not_a_csv", b"]\x00\x00\x80\x00" + b"\xff" * 8),
    ("not_a_csv", b"\x09\x00\x04\x00\x02\x00\x10\x00"),
    ("not_a_csv", b"\x60\xea\x1e\x00\x1e\x06\x01\x00"),
    ("not_a_csv", HEADER.encode() + b"x" * (LONGEST_RECORD + 1)),
    ("unclosed_quote", HEADER.encode() + b'email,"ana@example.org,,other\nemail,ben@example.org,,other\n'),
    ("unclosed_quote", HEADER.encode() + b'email,"' + b"a@example.org,,other\n" * 60_000 + b'"\n'),
    ("unclosed_quote", HEADER.encode() + b'email,ana@example.org,"open,\nemail,ben@example.org,"two, or three",\n'),
    ("unclosed_quote", b'kind;value;harm_types\nkeyword;"a;other\n"keyword";"b";"other"\n'),
    ("unclosed_quote", b'kind,"value\n'),
    ("unclosed_quote", HEADER.encode() + b'keyword,a,,other\n"'),
    ("unclosed_quote", b'"'),
]


@pytest.mark.parametrize(("code", "data"), REFUSED, ids=[f"{code}-{at}" for at, (code, _) in enumerate(REFUSED)])
def test_file_is_refused_whole(code: str, data: bytes) -> None:
    assert _refusal(data) == code


HEADERS = [
    "ID;Person;kind;value;harm_types",
    "ID;P;kind;value;harm_types",
    "`갏;kind;value;harm_types",
    "]\t;kind;value",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_may_begin_as_other_files_do(header: str) -> None:
    data = f"{header}\nC;X1;keyword;a;other\nP;Paul;keyword;b;other\n".encode()
    assert read_head([data]).header[-2:] == tuple(header.split(";")[-2:])


def test_a_first_line_of_any_length_is_read() -> None:
    before = csv.field_size_limit(131_072)  # as in a process that has read no file yet
    assert _refusal(b"x" * 200_000 + b"\ny\n") == "no_header"
    csv.field_size_limit(max(before, csv.field_size_limit()))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_header_with_a_line_end_in_a_name_settles_the_delimiter(delimiter: str) -> None:
    lines = ['"our\nreference"', "kind", "value", "harm_types"], ["7", "keyword", "a", "other"]
    table = open_table(["\n".join(delimiter.join(cells) for cells in lines).encode()])
    assert table.delimiter == delimiter
    assert list(table) == [(2, lines[1])]
    assert table.unknown_columns == ("our\nreference",)


def test_limits_are_the_last_ones_allowed() -> None:
    data = as_file(SHORT, ROW, ROW)
    assert prescan([data], Limits(max_bytes=len(data), max_rows=2)).rows == 2
    assert _refusal(data, Limits(max_bytes=len(data) - 1)) == "too_large"
    assert _refusal(data, Limits(max_rows=1)) == "too_many_rows"


def test_blank_lines_are_read_within_reason() -> None:
    assert prescan([HEADER.encode() + b"\n" * 7 + b"keyword,a,,other\n"], Limits(max_rows=2)).rows == 1
    assert _refusal(HEADER.encode() + b"\n" * 8, Limits(max_rows=2)) == "too_many_rows"


def test_a_row_of_control_characters_is_no_blank_row() -> None:
    rows = ["\x0b", ",\x0c,", ",,\x1d", "\x85,,", "\t,\t,", '" ",,"\t"', '"\n",,', ",,"]
    read = list(open_table(["\n".join(["kind,value,harm_types", *rows]).encode()]))
    assert [number for number, _ in read] == [2, 3, 4, 5]


def test_nul_in_a_cell_is_the_row_s_business() -> None:
    assert list(open_table([HEADER.encode() + b"key\x00word,a\n"])) == [(2, ["key\x00word", "a"])]


@pytest.mark.parametrize("later", ["c,other", 'c,"other"'])
def test_unclosed_quote_names_the_row_where_it_opens(later: str) -> None:
    with pytest.raises(FileRefused, match="row 3"):
        prescan([f'kind,value,harm_types\nkeyword,a,other\nkeyword,"b,other\nkeyword,{later}\n'.encode()])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"two\nlines"', "two\nlines"),
        ('"two\r\n""quoted""\r\nlines" ', 'two\r\n"quoted"\r\nlines '),
        ('5" of it', '5" of it'),
        ('"so" they said', "so they said"),
        ('"two\nlines","so" they said', "two\nlines"),
        ('"so" they said,"two\nlines"', "so they said"),
    ],
)
def test_quotes_that_are_closed_are_read_as_they_stand(written: str, read: str) -> None:
    (row,) = open_table([f"kind,value,harm_types,note,policy\nkeyword,a,other,{written}\n".encode()])
    assert row[1][3] == read
