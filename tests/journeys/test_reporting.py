"""From a draft to an edition that anybody can check, and its correction."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine

CALM: dict[str, Any] = {"reduced_motion": "reduce"}
YEAR = timezone.now().year - 1
PLACE = f"/transparency/{YEAR}"


def test_a_report_is_drafted_reviewed_published_checked_and_corrected(visit: Visit, tmp_path: Path) -> None:
    sam = visit("sam@coalition.example", **CALM)
    _draft(sam)
    desk = sam.url
    _review(sam)
    rio = visit("rio@coalition.example", **CALM)
    rio.goto(desk)
    assert examine(rio) == []
    rio.get_by_role("button", name=f"Publish edition 1 of {YEAR}").click()
    expect(rio.locator(".messagelist")).to_contain_text("Published as edition 1.")
    public = visit(**CALM, java_script_enabled=False)
    _check_every_file(public, tmp_path)
    rio.get_by_role("button", name="Write a correction").click()
    rio.get_by_label("Why there is a correction").fill("A participant had counted twice.")
    rio.get_by_role("button", name="Keep the words").click()
    _review(rio)
    sam.goto(rio.url)
    sam.get_by_role("button", name=f"Publish edition 2 of {YEAR}").click()
    expect(sam.locator(".messagelist")).to_contain_text("Published as edition 2.")
    public.goto(f"{PLACE}/")
    expect(public.get_by_text("A participant had counted twice.")).to_be_visible()
    public.get_by_role("link", name="Edition 1", exact=True).click()
    expect(public.get_by_text("This is an older edition.")).to_be_visible()


def _draft(page: Page) -> None:
    """Sam begins the draft, writes, looks at it while writing and as a whole, and keeps the words."""
    page.goto("/admin/transparency/draft/add/")
    page.get_by_label("Year").fill(str(YEAR))
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Introduction").fill("The year in which three companies joined.")
    expect(page.locator("#words")).to_contain_text("The year in which three companies joined.")
    assert examine(page) == []
    desk = page.url
    page.get_by_role("button", name="Preview the whole report").click()
    expect(page.get_by_text("a draft that is not published")).to_be_visible()
    expect(page.get_by_text("The year in which three companies joined.")).to_be_visible()
    assert examine(page) == []
    page.goto(desk)
    page.get_by_label("Introduction").fill("The year in which three companies joined.")
    page.get_by_role("button", name="Keep the words").click()
    expect(page.locator(".messagelist")).to_contain_text("The words are kept.")


def _review(page: Page) -> None:
    page.get_by_role("button", name="Mark as reviewed").click()
    expect(page.get_by_text("You reviewed it, so somebody else publishes it.")).to_be_visible()


def _check_every_file(page: Page, folder: Path) -> None:
    """As `/transparency/check/` says: each file's SHA-256 stands in SHA256SUMS, and all carry the snapshot's."""
    page.goto("/transparency/")
    page.get_by_role("link", name=str(YEAR), exact=True).click()
    expect(page.get_by_text("The year in which three companies joined.")).to_be_visible()
    sha256 = page.locator(".report__hash").inner_text()
    found = {}
    for name in ("PDF", "CSV", "JSON", "The snapshot itself"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        found[path.name] = path.read_bytes()
    sums = page.request.get(f"{PLACE}/SHA256SUMS").text()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in sums.splitlines())}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    stem = f"lantern-{YEAR}-edition-1"
    assert listed[f"{stem}-snapshot.json"] == sha256
    assert json.loads(found[f"{stem}.json"])["sha256"] == sha256
    assert sha256 in found[f"{stem}.csv"].decode()
    assert found[f"{stem}.pdf"].startswith(b"%PDF-")


def test_a_participant_reads_its_own_report_and_adds_what_it_did_elsewhere(visit: Visit, tmp_path: Path) -> None:
    page = visit("kim@harbor.example", **CALM)
    page.goto("/participant/")
    page.get_by_role("link", name="Own report").click()
    expect(page.get_by_role("heading", name=f"Own report {YEAR}")).to_be_visible()
    expect(page.get_by_text(f"Nothing has been reported for {YEAR}.")).to_be_visible()
    page.get_by_role("link", name=f"Report figures for {YEAR}").click()
    assert examine(page) == []
    page.get_by_label("Accounts disabled").fill("1234")
    page.get_by_label("How this was counted").fill("By hand, from our own cases.")
    page.get_by_role("button", name="Save as reported").click()
    expect(page.get_by_text("It stands apart from what the portal recorded.")).to_be_visible()
    outside = page.locator("section", has=page.get_by_role("heading", name="Outside the portal"))
    expect(outside.get_by_role("row", name="Accounts disabled")).to_contain_text("1,234")
    assert examine(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    path = tmp_path / "own.csv"
    download.value.save_as(path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    told = {row["Source"]: row["Value"] for row in rows if row["Indicator"] == "Accounts disabled"}
    assert told == {"recorded": "0", "reported": "1234"}
    expect(page.get_by_role("heading", name="Outcomes")).to_be_visible()


def test_the_public_pages_are_clean(visit: Visit) -> None:
    public = visit(**CALM)
    for url in (
        "/transparency/",
        f"{PLACE}/",
        "/transparency/definitions/",
        "/transparency/method/",
        "/transparency/check/",
        "/accessibility/",
    ):
        public.goto(url)
        assert examine(public) == []
