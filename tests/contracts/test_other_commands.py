"""`normalise` and `annual_report`, as scripts call them."""

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lantern.installation.folders import PROJECT
from tests.running import RunningInstallation

YEAR = str(datetime.now(UTC).year)
COLUMNS = [
    "Applicability",
    "Service",
    "Reporting period",
    "Section",
    "Indicator",
    "Scope",
    "Value",
    "Contextual Information",
]


def test_normalise_answers_line_by_line_without_servers(tmp_path: Path) -> None:
    given = (
        "email\t Mira@Example.COM \n"
        "url\thxxps://files[.]example/a?utm_source=x#top\n"
        "username\t@Mira\tNorthwind\n"
        "username\tmira\n"
        "pigeon\tmira\n"
        "email\tmira\x07@example.com\n"
        "email\tmira\r@example.com\n"
        "nothing\n"
        "md5\tD41D8CD98F00B204E9800998ECF8427E"
    )
    told = subprocess.run(
        [sys.executable, "manage.py", "normalise"],
        check=False,
        cwd=PROJECT,
        env={"LANTERN_HOME": str(tmp_path / "home"), "PATH": ""},
        input=given.encode(),
        capture_output=True,
    )
    assert (told.returncode, told.stderr) == (0, b"")
    assert told.stdout.decode().split("\n") == [
        "mira@example.com",
        "https://files.example/a",
        "mira",
        "!missing_service",
        "!unknown_kind",
        "!control_character",
        "!control_character",
        "!unknown_kind",
        "!too_broad",
        "",
    ]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_the_annual_report_comes_in_three_forms(lantern: RunningInstallation, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"report.{form}"
    told = lantern.manage("annual_report", YEAR, "--format", form, "--output", str(path))
    assert told.returncode == 0, told.stderr
    content = path.read_bytes()
    if form == "json":
        assert json.loads(content)["sha256"]
    elif form == "csv":
        rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
        assert rows[0] == COLUMNS
        assert {len(row) for row in rows} == {len(COLUMNS)}
        assert {row[2] for row in rows[1:]} == {f"{YEAR}-01-01/{YEAR}-12-31"}
    else:
        assert content.startswith(b"%PDF-")


def test_all_forms_carry_the_same_sha256(lantern: RunningInstallation, tmp_path: Path) -> None:
    as_json, as_csv = tmp_path / "report.json", tmp_path / "report.csv"
    for path in (as_json, as_csv):
        lantern.manage("annual_report", YEAR, "--format", path.suffix[1:], "--output", str(path))
    assert json.loads(as_json.read_text())["sha256"] in as_csv.read_text()


def test_a_year_without_a_report_is_refused(lantern: RunningInstallation, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    told = lantern.manage("annual_report", "2001", "--format", "json", "--output", str(path))
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert not path.exists()
