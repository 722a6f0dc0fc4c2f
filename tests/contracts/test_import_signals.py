"""`import_signals`: what it prints, what it exits with, what it shares."""

import csv
import json
import os
from pathlib import Path
from subprocess import CompletedProcess
from threading import Thread

import pytest

from tests.intake_file import HEADER, intake_file
from tests.running import RunningInstallation

KEYS = ["upload", "read", "new", "corroborated", "already_yours", "duplicate", "rejected", "errors", "seconds"]
SURPLUS = "too_many_cells"  # the columns of the errors file have no place for it, so it is mended by being left out
CONTRIBUTIONS = "SELECT count(*) FROM signals_contribution"


def imported(lantern: RunningInstallation, file: Path, *options: str, by: str = "northwind") -> CompletedProcess[str]:
    member = ("--participant", by, "--by", f"lee@{by}.example")
    return lantern.manage("import_signals", str(file), *member, *options)


def last_line(told: CompletedProcess[str]) -> dict[str, object]:
    found = json.loads(told.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def counts_of(told: CompletedProcess[str]) -> dict[str, object]:
    assert told.returncode == 0, told.stderr
    told_counts = last_line(told)
    assert list(told_counts) == KEYS
    return {name: told_counts[name] for name in KEYS[1:-1]}


def test_a_file_is_checked_shared_and_counted(lantern: RunningInstallation, tmp_path: Path) -> None:
    file, path = intake_file(300), tmp_path / "first.csv"
    path.write_bytes(file.content)
    before = lantern.number(CONTRIBUTIONS)
    told = imported(lantern, path)
    assert counts_of(told) == file.counts
    assert isinstance(last_line(told)["seconds"], float)
    assert told.stdout.count("\n") == 1
    assert lantern.number(CONTRIBUTIONS) - before == file.counts["new"]

    again = {**file.counts, "new": 0, "already_yours": file.counts["new"]}
    assert counts_of(imported(lantern, path)) == again
    corroborating = {**file.counts, "new": 0, "corroborated": file.counts["new"]}
    assert counts_of(imported(lantern, path, "--group", "all", by="harbor")) == corroborating


def test_check_alone_shares_nothing(lantern: RunningInstallation, tmp_path: Path) -> None:
    file, path = intake_file(300, first=10_000), tmp_path / "checked.csv"
    path.write_bytes(file.content)
    before = lantern.number(CONTRIBUTIONS)
    assert counts_of(imported(lantern, path, "--check")) == file.counts
    assert lantern.number(CONTRIBUTIONS) == before


def test_an_errors_file_that_cannot_be_written_is_told_before_anything_is_shared(
    lantern: RunningInstallation, tmp_path: Path
) -> None:
    file, path = intake_file(50, first=20_000), tmp_path / "unsaid.csv"
    path.write_bytes(file.content)
    before = lantern.number(CONTRIBUTIONS)
    told = imported(lantern, path, "--errors", str(tmp_path / "nowhere" / "errors.csv"))
    assert told.returncode == 1
    assert "cannot be written" in told.stderr
    assert "Traceback" not in told.stderr
    assert lantern.number(CONTRIBUTIONS) == before


def test_what_was_shared_is_sealed_when_the_command_is_over(lantern: RunningInstallation, tmp_path: Path) -> None:
    file, path = intake_file(50, first=30_000), tmp_path / "sealed.csv"
    path.write_bytes(file.content)
    assert imported(lantern, path).returncode == 0
    assert "0 wait to be sealed" in lantern.manage("audit_verify").stdout


@pytest.mark.parametrize("options", [("--check",), ()])
def test_an_errors_file_without_errors_has_the_columns_alone(
    lantern: RunningInstallation, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path, errors = tmp_path / "well.csv", tmp_path / "errors.csv"
    value = " ".join(["nothing amiss", *options])
    path.write_text(f"Kind,value,harm_types,comment\nkeyword,{value},other,x\n", encoding="utf-8")
    told = imported(lantern, path, *options, "--errors", str(errors))
    assert told.stderr == "These columns are left out: comment.\n"
    assert told.returncode == 0
    columns = "Kind,value,harm_types,comment,_row,_column,_code,_problem,_how_to_fix"
    assert errors.read_text(encoding="utf-8").splitlines() == [columns]


def test_a_file_that_can_be_read_but_once_is_shared(lantern: RunningInstallation, tmp_path: Path) -> None:
    pipe, errors = tmp_path / "pipe.csv", tmp_path / "errors.csv"
    os.mkfifo(pipe)
    content = "kind,value,harm_types,comment\nkeyword,read but once,other,x\n"
    Thread(target=pipe.write_text, args=(content,), daemon=True).start()
    told = imported(lantern, pipe, "--errors", str(errors))
    assert counts_of(told)["new"] == 1
    assert told.stderr == ""


def test_rejected_rows_come_back_as_a_file_that_can_be_mended(lantern: RunningInstallation, tmp_path: Path) -> None:
    file, path, errors = intake_file(300, first=20_000), tmp_path / "some.csv", tmp_path / "errors.csv"
    path.write_bytes(file.content)
    counts_of(imported(lantern, path, "--errors", str(errors)))
    with errors.open(newline="", encoding="utf-8-sig") as opened:
        rows = list(csv.reader(opened))
    assert rows[0] == [*HEADER, "_row", "_column", "_code", "_problem", "_how_to_fix"]
    codes = [dict(zip(rows[0], row, strict=False))["_code"] for row in rows[1:]]
    assert len(codes) == file.counts["rejected"]
    assert {code: codes.count(code) for code in sorted(set(codes))} == file.counts["errors"]
    unmended = counts_of(imported(lantern, errors))
    assert unmended["read"] == file.counts["rejected"]
    assert unmended["errors"] == {code: n for code, n in file.counts["errors"].items() if code != SURPLUS}


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("empty_file", b""),
        ("no_header", b"a,b\r\n1,2\r\n"),
        ("duplicate_header", b"kind,value,harm_types,kind\r\n"),
        ("missing_column", b"kind,value\r\nemail,mira@example.com\r\n"),
        ("unknown_encoding", "kind,value,harm_types\r\nkeyword,fünf,grooming\r\n".encode("latin-1")),
        ("not_a_csv", b"%PDF-1.7\n"),
        ("unclosed_quote", b'kind,value,harm_types\r\nemail,"mira@example.com,grooming\r\n'),
    ],
)
def test_a_file_refused_whole_exits_with_1(
    lantern: RunningInstallation, tmp_path: Path, code: str, content: bytes
) -> None:
    path = tmp_path / "refused.csv"
    path.write_bytes(content)
    told = imported(lantern, path)
    assert told.returncode == 1
    refused = last_line(told)
    assert list(refused) == ["refused", "message"]
    assert refused["refused"] == code
    assert str(refused["message"]).endswith(".")


def test_too_large_and_too_many_are_refused(lantern: RunningInstallation, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_bytes(intake_file(300, first=30_000).content)
    member = ("--participant", "northwind", "--by", "lee@northwind.example")
    for limit, code in (("LANTERN_UPLOAD_MAX_BYTES", "too_large"), ("LANTERN_UPLOAD_MAX_ROWS", "too_many_rows")):
        told = lantern.manage("import_signals", str(path), *member, **{limit: "299"})
        assert (told.returncode, last_line(told)["refused"]) == (1, code)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--participant", "northwind", "--by", "lee@harbor.example"], "is not a member of"),
        (["--participant", "meridian", "--by", "lee@meridian.example"], "may not share in"),
        (["--participant", "northwind", "--by", "lee@northwind.example", "--group", "unheard-of"], "may not share in"),
    ],
)
def test_who_may_not_share_is_told_so(
    lantern: RunningInstallation, tmp_path: Path, options: list[str], sentence: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(intake_file(20, first=40_000).content)
    before = lantern.number(CONTRIBUTIONS)
    told = lantern.manage("import_signals", str(path), *options)
    assert told.returncode == 1
    assert told.stdout == ""
    assert sentence in told.stderr
    assert told.stderr.count("\n") == 1
    assert lantern.number(CONTRIBUTIONS) == before
