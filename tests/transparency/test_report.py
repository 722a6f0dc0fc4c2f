"""Running figures, editions, and the four forms of one snapshot."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Member
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Review
from tests.world import share_and_route
from transparency.csv_form import COLUMNS
from transparency.models import Edition
from transparency.pdf_form import pdf_of
from transparency.publishing import YearNotOver, publish_edition, report_of
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
    assert "1,234" in page
    by_indicator = {(row["Indicator"], row["Scope"]): row["Value"] for row in _rows(client, NOW)}
    assert by_indicator["Accounts disabled", "Total"] == "1234"
    assert by_indicator["Reviews decided, by verdict", "Actioned"] == "1"
    assert by_indicator["Edition", "Total"] == "running figures, not published"
    index = client.get("/transparency/").content.decode()
    assert f"/transparency/{NOW}/" in index


def test_a_year_of_which_there_is_nothing_to_tell(client: Client) -> None:
    for year in (2019, NOW + 1):
        for url in (f"/transparency/{year}/", f"/transparency/{year}/report.csv"):
            assert client.get(url).status_code == 404


def test_only_a_year_that_is_over_is_published(sam: User) -> None:
    for year in (NOW, NOW + 1):
        with pytest.raises(YearNotOver):
            publish_edition(year, by=sam)
    assert Edition.objects.count() == 0


def test_publishing_twice_makes_a_second_edition(sam: User, client: Client) -> None:
    first, second = publish_edition(LAST, by=sam), publish_edition(LAST, by=sam)
    assert (first.number, second.number, first.sha256 != second.sha256) == (1, 2, True)
    report = report_of(LAST)
    assert report is not None
    assert (report.edition, report.is_running, report.sha256) == (2, False, second.sha256)
    events = AuditEvent.objects.filter(event="edition.published")
    assert [(event.actor_id, event.details["number"]) for event in events.order_by("id")] == [(sam.pk, 1), (sam.pk, 2)]
    assert "edition 2" in client.get(f"/transparency/{LAST}/").content.decode().lower()


@pytest.mark.usefixtures("decided")
def test_an_edition_stays_as_it_was_published(sam: User, alice: Member) -> None:
    edition = publish_edition(LAST, by=sam)
    share_and_route(alice, value="later@example.com")
    kept = Edition.objects.get(pk=edition.pk)
    assert kept.sha256 == sha256_of(kept.snapshot) == hashlib.sha256(canonical(edition.snapshot)).hexdigest()


def test_json_carries_the_hash_of_its_snapshot(sam: User, client: Client) -> None:
    publish_edition(LAST, by=sam)
    answer = client.get(f"/transparency/{LAST}/report.json")
    told = json.loads(answer.content)
    plain = json.dumps(told["snapshot"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert told["sha256"] == hashlib.sha256(plain).hexdigest()
    assert told["snapshot"]["period"] == f"{LAST}-01-01/{LAST}-12-31"


def test_all_four_forms_carry_the_same_hash(sam: User, client: Client) -> None:
    sha256 = publish_edition(LAST, by=sam).sha256
    assert sha256 in client.get(f"/transparency/{LAST}/").content.decode()
    assert sha256 in client.get(f"/transparency/{LAST}/report.json").content.decode()
    rows = _rows(client, LAST)
    assert [row["Value"] for row in rows if row["Indicator"] == "SHA-256"] == [sha256]
    answer = client.get(f"/transparency/{LAST}/report.pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="lantern-{LAST}-edition-1.pdf"'
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.usefixtures("decided")
def test_csv_is_tidy(client: Client) -> None:
    rows = _rows(client, NOW)
    assert list(rows[0]) == list(COLUMNS)
    assert all(None not in row and None not in row.values() for row in rows)
    keys = [(row["Indicator"], row["Scope"]) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        if row["Indicator"] not in ("Edition", "SHA-256"):
            assert row["Value"].isdecimal()


def test_pdf_is_tagged_and_says_so(sam: User) -> None:
    publish_edition(LAST, by=sam)
    report = report_of(LAST)
    assert report is not None
    made = pdf_of(report)
    assert pdf_of(report) == made
    for mark in (b"pdfuaid", b"/MarkInfo", b"/StructTreeRoot", b"/Lang"):
        assert mark in made, mark


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_the_command_writes_what_the_page_offers(sam: User, client: Client, tmp_path: Path, form: str) -> None:
    publish_edition(LAST, by=sam)
    path = tmp_path / f"report.{form}"
    call_command("annual_report", str(LAST), "--format", form, "--output", str(path), stdout=io.StringIO())
    assert path.read_bytes() == client.get(f"/transparency/{LAST}/report.{form}").content


def test_the_command_says_what_it_cannot_do(sam: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing to report for 2019"):
        call_command("annual_report", "2019", "--format", "json", "--output", str(tmp_path / "a"))
    publish_edition(LAST, by=sam)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("annual_report", str(LAST), "--format", "json", "--output", str(tmp_path / "none" / "a"))


def test_staff_publish_on_their_desk(as_sam: Client, sam: User) -> None:
    assert as_sam.post("/admin/transparency/edition/add/", {"year": NOW}).status_code == 200
    assert Edition.objects.count() == 0
    assert as_sam.post("/admin/transparency/edition/add/", {"year": LAST}).status_code == 302
    edition = Edition.objects.get()
    assert (edition.year, edition.number, edition.published_by) == (LAST, 1, sam)
    assert as_sam.get(f"/admin/transparency/edition/{edition.pk}/change/").status_code == 200
    assert as_sam.post(f"/admin/transparency/edition/{edition.pk}/delete/", {"post": "yes"}).status_code == 403
    assert AuditEvent.objects.filter(event="edition.published").count() == 1


@pytest.mark.usefixtures("decided")
def test_no_company_and_no_person_is_named(client: Client) -> None:
    for url in (f"/transparency/{NOW}/", f"/transparency/{NOW}/report.json", f"/transparency/{NOW}/report.csv"):
        content = client.get(url).content.decode().lower()
        for name in ("northwind", "harbor", "bob", "alice", "mira"):
            assert name not in content
