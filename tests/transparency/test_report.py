"""Running figures, editions, and the four forms of one snapshot."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Member
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Review
from tests.transparency.publishing import published
from tests.world import share_and_route
from transparency.csv_form import COLUMNS
from transparency.models import Edition
from transparency.reports import report_of
from transparency.snapshots import canonical, sha256_of

pytestmark = pytest.mark.django_db

NOW = timezone.now().year
LAST = NOW - 1


@pytest.fixture
def decided(alice: Member, bob: Member) -> Review:
    """One signal, shared and acted upon this year."""
    share_and_route(alice)
    review = claims.claim_next(by=bob)
    assert review is not None
    record_decision(review, verdict="actioned", measures={"accounts_disabled": 1234, "content_removed": 1}, by=bob)
    return review


def _rows(client: Client, year: int) -> list[dict[str, str]]:
    answer = client.get(f"/transparency/{year}/report.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.usefixtures("decided")
def test_the_running_year_counts_as_it_goes(client: Client) -> None:
    page = client.get(f"/transparency/{NOW}/").content.decode()
    assert "Figures so far" in page
    by_indicator = {(row["Indicator"], row["Scope"]): row["Value"] for row in _rows(client, NOW)}
    # One company's number is nobody's business.
    assert by_indicator["Accounts disabled", "Total"] in ("<11", "withheld")
    assert "1,234" not in page
    assert by_indicator["Edition", "Total"] == "running figures, not published"
    index = client.get("/transparency/").content.decode()
    assert f"/transparency/{NOW}/" in index


def test_a_year_of_which_there_is_nothing_to_tell(client: Client) -> None:
    for year in (2019, NOW + 1):
        for url in (f"/transparency/{year}/", f"/transparency/{year}/report.csv"):
            assert client.get(url).status_code == 404


def test_publishing_twice_makes_a_second_edition(sam: User, client: Client) -> None:
    first, second = published(LAST, by=sam), published(LAST, by=sam)
    assert (first.number, second.number, first.sha256 != second.sha256) == (1, 2, True)
    report = report_of(LAST)
    assert report is not None
    assert (report.edition, report.is_running, report.sha256) == (2, False, second.sha256)
    events = AuditEvent.objects.filter(event="edition.published")
    assert [(event.actor_id, event.details["number"]) for event in events.order_by("id")] == [(sam.pk, 1), (sam.pk, 2)]
    assert "edition 2" in client.get(f"/transparency/{LAST}/").content.decode().lower()


@pytest.mark.usefixtures("decided")
def test_an_edition_stays_as_it_was_published(sam: User, alice: Member) -> None:
    edition = published(LAST, by=sam)
    share_and_route(alice, value="later@example.com")
    kept = Edition.objects.get(pk=edition.pk)
    assert kept.sha256 == sha256_of(kept.snapshot) == hashlib.sha256(canonical(edition.snapshot)).hexdigest()


def test_json_carries_the_hash_of_its_snapshot(sam: User, client: Client) -> None:
    published(LAST, by=sam)
    answer = client.get(f"/transparency/{LAST}/report.json")
    told = json.loads(answer.content)
    plain = json.dumps(told["snapshot"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert told["sha256"] == hashlib.sha256(plain).hexdigest()
    assert told["snapshot"]["period"] == f"{LAST}-01-01/{LAST}-12-31"


def test_all_four_forms_carry_the_same_hash(sam: User, client: Client) -> None:
    sha256 = published(LAST, by=sam).sha256
    assert sha256 in client.get(f"/transparency/{LAST}/").content.decode()
    told = json.loads(client.get(f"/transparency/{LAST}/report.json").content)
    assert (told["sha256"], told["edition"]) == (sha256, 1)
    rows = _rows(client, LAST)
    assert [row["Value"] for row in rows if row["Indicator"] == "SHA-256"] == [sha256]
    answer = client.get(f"/transparency/{LAST}/report.pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="lantern-{LAST}-edition-1.pdf"'
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert sha256 in text
    assert "edition 1" in text


@pytest.mark.usefixtures("decided")
def test_csv_is_tidy(client: Client) -> None:
    rows = _rows(client, NOW)
    assert list(rows[0]) == list(COLUMNS)
    assert all(None not in row and None not in row.values() for row in rows)
    keys = [(row["Indicator"], row["Scope"]) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        if row["Indicator"] not in ("Edition", "SHA-256"):
            assert re.fullmatch(r"\d+(\.\d+)?|<11|withheld|not collected", row["Value"]), row


def test_every_file_can_be_checked_by_three_lines_without_software_of_ours(
    sam: User, client: Client, tmp_path: Path
) -> None:
    """What `/transparency/check/` says, with the very tool it names."""
    published(LAST, by=sam)
    published(LAST, by=sam)
    place = f"/transparency/{LAST}/editions/1"
    for name in ("report.pdf", "report.csv", "report.json", "snapshot.json"):
        answer = client.get(f"{place}/{name}")
        (tmp_path / answer["Content-Disposition"].split('"')[1]).write_bytes(answer.content)
    (tmp_path / "SHA256SUMS").write_bytes(client.get(f"{place}/SHA256SUMS").content)
    tool = shutil.which("sha256sum")
    assert tool
    checked = subprocess.run(
        [tool, "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(": OK") == 4
    snapshot = (tmp_path / f"lantern-{LAST}-edition-1-snapshot.json").read_bytes()
    assert hashlib.sha256(snapshot).hexdigest() == Edition.objects.get(year=LAST, number=1).sha256


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_the_command_writes_what_the_page_offers(sam: User, client: Client, tmp_path: Path, form: str) -> None:
    published(LAST, by=sam)
    path = tmp_path / f"report.{form}"
    call_command("annual_report", str(LAST), "--format", form, "--output", str(path), stdout=io.StringIO())
    assert path.read_bytes() == client.get(f"/transparency/{LAST}/report.{form}").content


def test_the_command_says_what_it_cannot_do(sam: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing to report for 2019"):
        call_command("annual_report", "2019", "--format", "json", "--output", str(tmp_path / "a"))
    published(LAST, by=sam)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("annual_report", str(LAST), "--format", "json", "--output", str(tmp_path / "none" / "a"))


@pytest.mark.usefixtures("decided")
def test_no_company_and_no_person_is_named(client: Client) -> None:
    for url in (f"/transparency/{NOW}/", f"/transparency/{NOW}/report.json", f"/transparency/{NOW}/report.csv"):
        content = client.get(url).content.decode().lower()
        for name in ("northwind", "harbor", "bob", "alice", "mira"):
            assert name not in content
