"""Finding a value, taking it back, taking a list out: as a person does it, with every page examined on the way."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.running import RunningInstallation, wait_for


def look_closely(page: Page) -> None:
    """Examine, and go on if nothing is wrong."""
    assert examine(page) == []


@pytest.mark.usefixtures("something_to_review")
def test_a_value_is_found_told_about_and_taken_back(visit: Visit, lantern: RunningInstallation) -> None:
    wait_for(lambda: lantern.number("SELECT count(*) FROM signals_signal WHERE relations_due") == 0, "relations")
    ana, ben = visit("ana@cloudnine.example"), visit("ben@pixelforge.example")
    share_one(ana)
    answer = look_up(ben)
    signal = mark(ben)
    ana.goto(signal)
    put_right(ana)
    take_back(ana)
    ben.goto(answer)
    expect(ben.get_by_role("heading", name="Known (0)")).to_be_visible()
    ben.goto(signal)
    expect(ben.get_by_text("An appeal was upheld.")).to_be_visible()
    look_closely(ben)


def share_one(page: Page) -> None:
    """By hand."""
    page.goto("/signals/new/")
    page.get_by_label("Kind").select_option("email")
    page.get_by_label("Value").fill("found.once@journey.example")
    page.get_by_role("checkbox", name="Grooming").check()
    page.get_by_label("A person at my company confirmed").check()
    page.get_by_role("button", name="Share 1 signal").click()
    expect(page.get_by_text("Shared.")).to_be_visible()


def look_up(page: Page) -> str:
    """A mixed list: both sides, and one of them as a file. Returns the address of the answer."""
    page.goto("/signals/lookup/")
    look_closely(page)
    page.get_by_role("textbox", name="Values").fill("found[.]once[at]journey[.]example\nnobody@journey.example\n=1+1")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("heading", name="Known (1)")).to_be_visible()
    expect(page.get_by_role("heading", name="Unknown (2)")).to_be_visible()
    look_closely(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download unknown").click()
    assert "'=1+1" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    return page.url


def mark(page: Page) -> str:
    """From the answer to the signal, which the company handles more strictly. Returns the address of the signal."""
    page.get_by_role("link", name="E-mail address").click()
    expect(page.get_by_role("heading", name="Handling")).to_be_visible()
    look_closely(page)
    page.get_by_label("Handle as").select_option("4")
    page.get_by_role("button", name="Mark for our company").click()
    expect(page.get_by_text("Marked for everybody at your company.")).to_be_visible()
    return page.url


def put_right(page: Page) -> None:
    """Say that it is graver."""
    page.get_by_role("link", name="Correct").click()
    look_closely(page)
    page.get_by_role("radio", name="Critical").check()
    page.get_by_label("A person at my company has looked").check()
    page.get_by_role("button", name="Put it right").click()
    expect(page.get_by_text("Put right.")).to_be_visible()


def take_back(page: Page) -> None:
    """With a reason."""
    page.get_by_role("link", name="Take back", exact=True).click()
    look_closely(page)
    page.get_by_role("radio", name="An appeal was upheld").check()
    page.get_by_role("button", name="Take back 1 signal").click()
    expect(page.get_by_text("Taken back.").first).to_be_visible()


@pytest.mark.usefixtures("something_to_review")
def test_a_list_is_narrowed_saved_and_taken_out(visit: Visit) -> None:
    page = visit("ana@pixelforge.example")
    page.goto("/signals/")
    page.get_by_label("Contributor").select_option(label="Cloudnine Storage")
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Save this filter as").fill("From Cloudnine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="From Cloudnine")).to_be_visible()
    look_closely(page)
    page.get_by_role("link", name="Take this list out").click()
    look_closely(page)
    page.get_by_role("radio", name="To match on our own platform").check()
    page.get_by_role("button", name="Ask for").click()
    expect(page.get_by_role("heading", name="Exports")).to_be_visible()
    look_closely(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").first.click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > 1
    assert all("TLP:" in line and "TLP:RED" not in line for line in lines[1:])
