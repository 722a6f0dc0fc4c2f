"""Bringing in: a file with mistakes mended, a large one agreed to, one taken back, and an incident typed by hand."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.journeys.pages import examined, five_numbers, upload
from tests.running import RunningInstallation, wait_for

LARGE = 10_050
HEADER = "kind,value,harm_types\n"
THREAT_EXCHANGE = (
    "td_description,td_raw_indicator,td_indicator_type,td_visibility,td_share_level,td_status,td_subjective_tags\n"
)
NARROW = {"width": 360, "height": 800}


def look_closely(page: Page) -> None:
    """Examine, and be ready to go on."""
    assert examine(page) == []
    page.wait_for_timeout(300)  # what the browser says of axe's own styles may still be on its way
    examined.discard(page)


def write(path: Path, *lines: str, header: str = HEADER) -> Path:
    """A file of those rows."""
    path.write_text(header + "\n".join(lines) + "\n")
    return path


def test_a_file_is_mended_mapped_shared_and_taken_back(visit: Visit, tmp_path: Path) -> None:
    page = visit("ben@cloudnine.example")
    rows = ["email,good@mend.example,grooming", "email,nobody,grooming", "email,other@mend.example,rudeness"]
    upload(page, write(tmp_path / "first.csv", *rows, header="Sort,Wert,harm_types\n"))
    map_the_columns(page)
    mended = mend(page, tmp_path)
    page.get_by_role("button", name="Share 1 signal").click()
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()
    upload(page, mended)
    expect(page.get_by_text("As your company chose, these columns are read")).to_be_visible()
    page.get_by_role("button", name="Share 2 signals").click()
    take_back(page)


def map_the_columns(page: Page) -> None:
    """The header has names of its own: say which is which."""
    expect(page.get_by_role("heading", name="Columns of the file")).to_be_visible()
    look_closely(page)
    page.get_by_label("Sort").select_option("kind")
    page.get_by_label("Wert").select_option("value")
    page.get_by_role("button", name="Check the file again").click()
    expect(page.get_by_role("heading", name="What is in the file")).to_be_visible()


def mend(page: Page, folder: Path) -> Path:
    """Take the rejected rows out, put them right, and keep them as a file."""
    numbers = five_numbers(page)
    assert (numbers["New"], numbers["Rejected"]) == (1, 2)
    expect(page.get_by_text("1 signal will become visible to")).to_contain_text("under TLP:AMBER")
    expect(page.get_by_role("heading", name="New: the first rows")).to_be_visible()
    assert "good@mend.example" not in page.content()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all rows to fix").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    path = folder / "mended.csv"
    path.write_text(text.replace("nobody", "somebody@mend.example").replace("rudeness", "grooming"))
    return path


def take_back(page: Page) -> None:
    """The whole upload, with a reason."""
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()
    page.get_by_role("link", name="Take back the whole upload").click()
    page.get_by_role("radio", name="An appeal was upheld").check()
    page.get_by_role("button", name="Take back 2 signals").click()
    expect(page.get_by_text("2 signals are being taken back.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Take back the whole upload")).to_have_count(0)


def test_a_large_file_takes_two_people(visit: Visit, lantern: RunningInstallation, tmp_path: Path) -> None:
    hashes = (hashlib.md5(f"large {n}".encode(), usedforsecurity=False).hexdigest() for n in range(LARGE))
    lee, kim = visit("lee@northwind.example"), visit("kim@northwind.example")
    upload(lee, write(tmp_path / "large.csv", *(f"md5,{each},csam_distribution" for each in hashes)))
    expect(lee.get_by_role("heading", name="What is in the file")).to_be_visible()
    expect(lee.get_by_role("button", name="Share 10,050 signals")).to_have_count(0)
    lee.get_by_role("button", name="Ask a second person").click()
    expect(lee.get_by_text("Somebody else at your company decides")).to_be_visible()
    expect(lee.get_by_role("button", name="Agree")).to_have_count(0)
    kim.goto(lee.url)
    look_closely(kim)
    kim.get_by_label("Why not").fill("The wrong month.")
    kim.get_by_role("button", name="Decline").click()
    lee.reload()
    expect(lee.get_by_text("The wrong month.")).to_be_visible()
    lee.get_by_role("button", name="Ask a second person").click()
    kim.reload()
    kim.get_by_role("button", name="Agree and share 10,050 signals").click()
    expect(kim.get_by_role("heading", name="What became of the rows")).to_be_visible(timeout=30_000)
    assert five_numbers(kim)["New"] == LARGE
    letters = "SELECT count(*) FROM accounts_letter WHERE name IN ('upload_waiting', 'upload_decided')"
    wait_for(lambda: lantern.number(letters) >= 4, "letters")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_rows_without_a_harm_type_are_given_one(visit: Visit, tmp_path: Path, *, javascript: bool) -> None:
    page = visit("lee@pixelforge.example", java_script_enabled=javascript, viewport=NARROW, color_scheme="dark")
    name = "with" if javascript else "without"
    rows = [f",{name}@tags.example,EMAIL_ADDRESS,,AMBER,MALICIOUS,weekly"]
    rows.append(f",{hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()},HASH_MD5,,AMBER,MALICIOUS,")
    upload(page, write(tmp_path / f"{name}.csv", *rows, header=THREAT_EXCHANGE))
    expect(page.get_by_text("no tag names a harm type; it is rejected.")).to_be_visible()
    assert (five_numbers(page)["New"], five_numbers(page)["Rejected"]) == (1, 1)
    if javascript:
        look_closely(page)
    expect(page.get_by_role("group", name="Hashes").get_by_role("checkbox", checked=True)).to_have_count(1)
    page.get_by_role("group", name="All other kinds").get_by_role("checkbox", name="Grooming").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Check the file again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What is in the file")).to_be_visible()
    expect(page.get_by_text("no tag names a harm type; where all else is well it is read as Grooming.")).to_be_visible()
    assert (five_numbers(page)["New"], five_numbers(page)["Rejected"]) == (2, 0)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_incident_of_two_identifiers(visit: Visit, *, javascript: bool) -> None:
    name = "with" if javascript else "without"
    page = visit("kim@northwind.example", java_script_enabled=javascript)
    page.goto("/signals/new/")
    begin(page, f"Actor.{name}@Incident.example")
    first, second = (page.get_by_role("group", name=f"Identifier {number}") for number in (1, 2))
    second.get_by_label("Kind").select_option("domain")
    second.get_by_label("Value").fill("gmail.com")
    if javascript:
        second.get_by_label("Value").blur()
    else:
        page.get_by_role("button", name="Check", exact=True).last.click()
    expect(second.get_by_text("would catch people")).to_be_visible()
    expect(first.get_by_text(f"actor.{name}@incident.example")).to_be_visible()
    if javascript:
        look_closely(page)
    second.get_by_label("Value").fill(f"{name}.incident.example")
    third_comes_and_goes(page)
    come_back(page, wait=javascript)
    expect(page.get_by_label("Note")).to_have_value("Two ways to the same person.")
    page.get_by_label("A person at my company confirmed").check()
    page.get_by_role("button", name="Share 2 signals").click()
    expect(page.get_by_text("Shared. 2 signals")).to_be_visible()
    expect(page.get_by_role("cell", name="New in the group.")).to_have_count(2)
    if javascript:
        look_closely(page)
    page.goto("/signals/new/")
    expect(page.get_by_role("heading", name="Your draft")).to_have_count(0)


def begin(page: Page, value: str) -> None:
    """What is said of all, one identifier, and room for another."""
    page.get_by_label("Kind").select_option("email")
    page.get_by_label("Value").fill(value)
    page.get_by_label("Note").fill("Two ways to the same person.")
    page.get_by_role("checkbox", name="Grooming").check()
    page.get_by_role("button", name="Add another identifier").click()


def third_comes_and_goes(page: Page) -> None:
    """A row more, and that row less."""
    page.get_by_role("button", name="Add another identifier").click()
    expect(page.get_by_role("button", name="Share 3 signals")).to_be_visible()
    page.get_by_role("button", name="Remove identifier 3").click()
    expect(page.get_by_role("button", name="Share 2 signals")).to_be_visible()


def come_back(page: Page, *, wait: bool) -> None:
    """Leave the page, and find what was typed."""
    if wait:
        with page.expect_response("**/signals/new/draft/"):
            page.get_by_label("Policy it broke").fill("Safety 4")
            page.get_by_label("Policy it broke").blur()
    page.goto("/signals/new/")
    expect(page.get_by_role("heading", name="Your draft")).to_be_visible()
    expect(page.get_by_role("group", name="Identifier 2")).to_be_visible()
