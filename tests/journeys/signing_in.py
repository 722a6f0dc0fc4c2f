"""The way in, as a person goes it."""

from playwright.sync_api import Page, expect

from tests.running import PASSWORD


def give_password(page: Page, email: str) -> None:
    """The first step: the page then asks for the code."""
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()


def sign_in(page: Page, email: str, code: str) -> None:
    """Both steps: the page is then the person's first one."""
    give_password(page, email)
    page.get_by_label("One-time code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_have_count(0)
