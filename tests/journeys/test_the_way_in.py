"""Setting up factors, and what stands around signing in, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.journeys.signing_in import first_factor, give_password
from tests.running import PASSWORD, RunningInstallation

WITHOUT_FACTOR = """
DELETE FROM accounts_authenticator WHERE user_id = (SELECT id FROM accounts_user WHERE email = '{}')
"""


def _password(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_first_factor_and_a_recovery_code(visit: Visit, lantern: RunningInstallation, javascript: bool) -> None:
    email = "ben@cloudnine.example" if javascript else "lee@cloudnine.example"
    lantern.execute(WITHOUT_FACTOR.format(email))
    page = visit(java_script_enabled=javascript)
    _password(page, email)
    codes = first_factor(page)
    assert len(codes) == 10
    expect(page.get_by_role("heading", name="Your work")).to_be_visible()
    other = visit(java_script_enabled=javascript)
    give_password(other, email)
    other.get_by_label("One-time code").fill(codes[0])
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", name="Your work")).to_be_visible()
    other.goto("/accounts/letters/")
    expect(other.get_by_role("link", name="A recovery code was used to sign in").first).to_be_visible()


def test_a_passkey_is_made_and_lets_one_in(visit: Visit, lantern: RunningInstallation) -> None:
    email, home = "kim@cloudnine.example", f"http://localhost:{lantern.port}"
    lantern.execute(WITHOUT_FACTOR.format(email))
    page = visit(base_url=home)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    always = {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, **always}})
    _password(page, email)
    first_factor(page)
    page.goto("/accounts/passkeys/new/")
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The passkey was added.")).to_be_visible()
    expect(page.get_by_text("laptop passkey, added")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    give_password(page, email)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your work")).to_be_visible()


def test_one_is_warned_before_a_session_runs_out_and_stays(visit: Visit) -> None:
    page = visit("lee@harbor.example")
    page.clock.install()
    page.goto("/")
    warning = page.get_by_role("alertdialog")
    expect(warning).to_be_hidden()
    page.route("**/accounts/session/", lambda route: route.fulfill(json={"left": 100}))
    page.clock.fast_forward(29 * 60 * 1000)
    expect(warning).to_be_visible()
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    assert examine(page) == []
    page.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()


def test_the_pages_of_signing_in_have_no_barriers(visit: Visit, lantern: RunningInstallation) -> None:
    found = []
    email = "ana@cloudnine.example"
    public = visit()
    for url in ("/accounts/login/", "/accounts/password/forgotten/", "/accounts/password/asked/", "/accounts/company/"):
        public.goto(url)
        found += examine(public)
    lantern.execute(WITHOUT_FACTOR.format(email))
    page = visit()
    _password(page, email)
    expect(page.get_by_role("heading", name="Set up your authenticator")).to_be_visible()
    found += examine(page)
    first_factor(page)
    for url in ("security", "authenticators/new", "passkeys/new", "password", "email", "sessions", "letters/choices"):
        page.goto(f"/accounts/{url}/")
        found += examine(page)
    page.goto("/accounts/security/")
    page.get_by_role("button", name="Make new recovery codes").click()
    found += examine(page)
    for url in ("/accounts/confirm/", "/accounts/letters/"):
        page.goto(url)
        found += examine(page)
    page.get_by_role("link", name="New recovery codes were made").first.click()
    found += examine(page)
    assert found == []
