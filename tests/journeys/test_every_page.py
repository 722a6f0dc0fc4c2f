"""Every page for everybody: no axe violation at three widths in both themes, and nothing leaves the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.intake_file import intake_file
from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.journeys.pages import act, upload
from tests.running import RunningInstallation

PUBLIC = ("/accounts/login/", "/transparency/", "/transparency/2026/", "/no-such-page/")
ANALYST = (
    "/",
    "/signals/",
    "/signals/new/",
    "/signals/uploads/",
    "/signals/uploads/new/",
    "/reviews/",
    "/reviews/?kind=email",
    "/reviews/second/",
    "/reviews/feedback/",
    "/reviews/feedback/given/",
    "/reviews/notifications/",
    "/reviews/notifications/choices/",
    "/reviews/wellbeing/",
    "/reviews/wellbeing/help/",
    "/no-such-page/",
)
LEAD = ("/reviews/team/", "/reviews/team/practice/", "/record/", "/record/checkpoints/", "/participant/impact/")
ADMIN = (
    "/participant/",
    "/participant/members/",
    "/participant/invitations/",
    "/participant/training/",
    "/participant/training/sharing/",
    "/participant/groups/",
    "/participant/agreement/",
    "/participant/settings/",
    "/participant/check-ins/",
)
STAFF = ("/record/",)  # the admin has a journey of its own


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(visit: Visit, path: str) -> None:
    _open_and_examine(visit(), path)


@pytest.mark.usefixtures("something_to_review")
@pytest.mark.parametrize("path", ANALYST)
def test_pages_of_an_analyst(visit: Visit, path: str) -> None:
    _open_and_examine(visit("ben@pixelforge.example"), path)


@pytest.mark.parametrize("path", LEAD)
def test_pages_of_a_lead(visit: Visit, path: str) -> None:
    _open_and_examine(visit("lee@pixelforge.example"), path)


@pytest.mark.parametrize("path", ADMIN)
def test_pages_of_a_participant_s_admin(visit: Visit, path: str) -> None:
    _open_and_examine(visit("kim@pixelforge.example"), path)


@pytest.mark.parametrize("path", STAFF)
def test_pages_of_staff(visit: Visit, path: str) -> None:
    _open_and_examine(visit("sam@coalition.example"), path)


def test_the_page_of_a_member(visit: Visit) -> None:
    page = visit("kim@pixelforge.example")
    page.goto("/participant/members/")
    page.get_by_role("table").get_by_role("link").first.click()
    page.wait_for_url("**/members/*/")
    assert examine(page) == []


def _form_with_mistakes(page: Page) -> None:
    page.goto("/signals/new/")
    page.get_by_label("Kind").select_option("email")
    page.get_by_label("Value").fill("not an address")
    page.get_by_role("checkbox", name="Grooming").check()
    page.get_by_role("checkbox", name="A person at my company").check()
    page.get_by_role("button", name="Share 1 signal").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _signal(page: Page) -> None:
    page.goto("/signals/")
    page.get_by_role("row").get_by_role("link").first.click()
    page.wait_for_url("**/signals/*-*/")


def _review(page: Page) -> None:
    page.goto("/reviews/")
    page.get_by_role("button", name="Start").first.click()
    expect(page.get_by_role("heading", name="Decide", exact=True)).to_be_visible()


def _review_revealed(page: Page) -> None:
    _review(page)
    page.get_by_role("button", name="Show").first.click()
    expect(page.get_by_role("link", name="Hide").first).to_be_visible()


def _review_with_mistakes(page: Page) -> None:
    _review(page)
    page.get_by_role("radio", name="Actioned").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _decided_review(page: Page) -> None:
    _review(page)
    act(page, policy="Safety 1.1", accounts_disabled=1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()


@pytest.mark.usefixtures("something_to_review")
@pytest.mark.parametrize(
    "state", [_form_with_mistakes, _signal, _review, _review_revealed, _review_with_mistakes, _decided_review]
)
def test_states_of_pages(visit: Visit, state: Callable[[Page], None]) -> None:
    page = visit("ana@pixelforge.example")
    state(page)
    assert examine(page) == []


def test_an_upload_that_is_ready(visit: Visit, lantern: RunningInstallation, tmp_path: Path) -> None:
    path = tmp_path / "ready.csv"
    path.write_bytes(intake_file(120, first=700_000).content)
    page = visit("lee@cloudnine.example")
    upload(page, path)
    expect(page.get_by_role("heading", name="What is in the file")).to_be_visible()
    assert examine(page) == []


def _open_and_examine(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == (404 if path == "/no-such-page/" else 200)
    assert examine(page) == []
