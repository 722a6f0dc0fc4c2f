"""Without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit

STEPS = 60


def press_until_focused(page: Page, *, role: str, name: str) -> None:
    """Tab to the control of that role and name, as somebody without a mouse does; what has the focus is visible."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    expect(wanted).to_be_visible()
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            outline = wanted.evaluate("it => getComputedStyle(it).outlineStyle + getComputedStyle(it).boxShadow")
            assert outline != "nonenone", f"{name}: no sign of the focus"
            return
    raise AssertionError(f"{name}: not reached within {STEPS} steps")


def test_the_first_stop_skips_to_the_content(visit: Visit) -> None:
    page = visit("ben@pixelforge.example")
    page.goto("/reviews/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


@pytest.mark.usefixtures("something_to_review")
def test_from_the_queue_to_a_decision_without_a_mouse(visit: Visit) -> None:
    page = visit("ben@pixelforge.example")
    page.goto("/reviews/")
    press_until_focused(page, role="button", name="Start")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Decide", exact=True)).to_be_visible()
    press_until_focused(page, role="button", name="Show")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Hide").first).to_be_visible()
    page.get_by_role("radio", name="Dismissed").focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="No violation found").focus()
    page.keyboard.press("Space")
    press_until_focused(page, role="button", name="Save")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.").or_(page.get_by_role("heading", name="Decision")).first).to_be_visible()
