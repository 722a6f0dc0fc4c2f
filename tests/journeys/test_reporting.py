"""From a draft to an edition that anybody can check, and its correction."""

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
