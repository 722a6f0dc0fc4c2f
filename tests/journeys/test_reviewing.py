"""Working through a queue: with keys alone, without JavaScript, with a tab that was closed, and with a lease that was lost."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.journeys.pages import dismiss, start_reviewing
from tests.running import RunningInstallation

ITEMS = 20
NO_MOUSE = """
for (const name of ["mousedown", "pointerdown", "touchstart"])
  addEventListener(name, () => console.error("a mouse was used"), true);
"""
DECIDE = re.compile("^Decide$")


def _loaded(page: Page) -> None:
    expect(page.get_by_role("button", name="Save and next")).to_have_attribute("aria-keyshortcuts", "Control+Enter")


def _decisions(lantern: RunningInstallation, local: str) -> int:
    return lantern.number(
        "SELECT count(*) FROM reviews_decision d JOIN participants_member m ON m.id = d.decided_by_id"
        f" JOIN accounts_user u ON u.id = m.user_id WHERE u.email = '{local}'"
    )


@pytest.mark.usefixtures("something_to_review")
def test_twenty_reviews_without_a_mouse(visit: Visit, lantern: RunningInstallation) -> None:
    """Three keys each; one in four shows its value first, one in five is acted on."""
    email = "ana@meridian.example"
    page = visit(email)
    page.add_init_script(NO_MOUSE)
    before = _decisions(lantern, email)
    page.goto("/reviews/")
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    for number in range(ITEMS):
        _loaded(page)
        here = page.url
        if number % 4 == 0:
            page.keyboard.press("r")
            expect(page.locator("[data-hide]")).to_be_visible()
        if number % 5 == 0:
            page.keyboard.press("a")
            page.keyboard.press("1")
            policy = page.get_by_label("Policy it broke")
            if not policy.input_value():
                policy.focus()
                page.keyboard.type("Payments 3: a, d, 1, s and z are only letters here")
        else:
            page.keyboard.press("d")
            page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    assert _decisions(lantern, email) == before + ITEMS
    _loaded(page)
    page.keyboard.press("z")
    expect(page.get_by_text("Undone. The review is open again.")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_text("Skipped.")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".row-link").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Kind")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Queue").first.focus()
    page.keyboard.press("?")
    expect(page.get_by_text("They rest while you type.")).to_be_visible()


@pytest.mark.usefixtures("something_to_review")
def test_from_the_queue_to_an_undone_decision_without_javascript(visit: Visit) -> None:
    page = visit("ben@meridian.example", java_script_enabled=False)
    start_reviewing(page)
    dismiss(page, why="Out of date")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("You decided a review just now.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. The review is open again.")).to_be_visible()
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_text("Skipped.")).to_be_visible()


@pytest.mark.usefixtures("something_to_review")
def test_undo_after_the_tab_was_closed(visit: Visit) -> None:
    page = visit("lee@meridian.example")
    start_reviewing(page)
    dismiss(page, why="No violation found")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    context = page.context
    page.close()
    again = context.new_page()
    again.goto("/reviews/")
    again.get_by_role("button", name="Undo").click()
    expect(again.get_by_text("Undone. The review is open again.")).to_be_visible()
    expect(again.get_by_role("heading", name=DECIDE)).to_be_visible()
    again.get_by_role("button", name="Skip").click()


@pytest.mark.usefixtures("something_to_review")
def test_a_lost_lease_keeps_the_words(visit: Visit, lantern: RunningInstallation) -> None:
    page = visit("kim@meridian.example")
    start_reviewing(page)
    dismiss(page, why="Out of date")
    page.get_by_label("In words").fill("two accounts, both closed in May")
    lead = visit("lee@meridian.example")
    lead.goto(page.url)
    lead.get_by_role("button", name="Take it back").click()
    lead.get_by_role("button", name="Claim this review").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Lee holds it now.")).to_be_visible()
    expect(page.get_by_text("two accounts, both closed in May").first).to_be_visible()
    lead.get_by_role("button", name="Skip").click()


@pytest.mark.usefixtures("something_to_review")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/reviews/?state=decided", "/reviews/keys/", "/reviews/rules/", "/reviews/templates/"]
)
def test_the_pages_around_the_queue(visit: Visit, path: str, theme: str) -> None:
    page = visit("lee@meridian.example", color_scheme=theme)
    page.goto(path)
    assert examine(page) == []


@pytest.mark.usefixtures("something_to_review")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_decision_that_is_opened_again(visit: Visit, theme: str, tmp_path: Path) -> None:
    """The states of the page after a decision: undoable, with its forms open, and open again."""
    page = visit("ana@meridian.example", color_scheme=theme)
    start_reviewing(page)
    dismiss(page, why="Out of date")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Open it again").click()
    wrong = examine(page)
    page.get_by_role("radio", name="The decision was a mistake").check()
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_role("heading", name=DECIDE)).to_be_visible()
    page.locator("summary", has_text="Keys").click()
    assert wrong + examine(page) == []
    page.get_by_role("button", name="Skip").click()
