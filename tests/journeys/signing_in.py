"""The way in, as a person goes it."""

from base64 import b32decode

from django_otp.oath import TOTP
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


def confirm(page: Page, code: str) -> None:
    """Show a factor again: for the next five minutes the page's person is asked no more."""
    page.goto("/accounts/confirm/")
    page.get_by_label("One-time code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_have_count(0)


def first_factor(page: Page) -> list[str]:
    """From the page with the QR code into the portal, by the secret typed; the recovery codes that were shown."""
    expect(page.get_by_role("heading", name="Set up your authenticator")).to_be_visible()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("One-time code").fill(f"{TOTP(b32decode(secret)).token():06d}")
    page.get_by_role("button", name="Finish and sign in").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator(".codes li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    return codes
