"""Signing in: a password, then a one-time code, through the real pages."""

from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Authenticator, User
from audit.models import AuditEvent
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant
from tests.sweeps.urls import every_url
from tests.world import PASSWORD, add_company, add_team_member, new_browser

pytestmark = pytest.mark.django_db

WRONG = "another sentence nobody says"


@pytest.fixture
def mia(northwind: Participant) -> Member:
    """A member with a password."""
    return add_team_member(northwind, "mia", with_password=True)


def _password(browser: Client, email: str, password: str = PASSWORD, to: str = "") -> object:
    return browser.post("/accounts/login/", {"login": email, "password": password, "next": to})


def _code_of(person: User) -> str:
    return str(Authenticator.objects.get(user=person).current_code())


def _code(browser: Client, code: str) -> int:
    return browser.post("/accounts/code/", {"code": code}).status_code


def _is_in(browser: Client) -> bool:
    return browser.get("/signals/").status_code == 200


def test_password_and_code_open_the_portal(mia: Member) -> None:
    browser = new_browser()
    answer = browser.post("/accounts/login/", {"login": "MIA@Northwind.example", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/code/")
    assert not _is_in(browser)
    answer = browser.post("/accounts/code/", {"code": _code_of(mia.user)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert _is_in(browser)
    assert AuditEvent.objects.filter(event="person.signed_in", actor_id=mia.user_id).count() == 1


def test_one_lands_where_one_wanted_to_go_and_nowhere_else(mia: Member) -> None:
    for wanted, led_to in (
        ("/reviews/", "/reviews/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("http://[::1", "/"),
        ("//[", "/"),
    ):
        browser = new_browser()
        _password(browser, mia.user.email, to=wanted)
        Authenticator.objects.update(last_step=-1)
        answer = browser.post("/accounts/code/", {"code": _code_of(mia.user)})
        assert answer["Location"] == led_to


def test_spaces_in_a_code_are_what_the_app_shows(mia: Member) -> None:
    browser = new_browser()
    _password(browser, mia.user.email)
    code = _code_of(mia.user)
    assert _code(browser, f" {code[:3]} {code[3:]} ") == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(mia: Member) -> None:
    answers = []
    for email in (mia.user.email, "nobody@northwind.example"):
        answer = new_browser().post("/accounts/login/", {"login": email, "password": WRONG})
        told = answer.content.decode().replace(email, "EMAIL")
        answers.append((answer.status_code, [line for line in told.splitlines() if "csrfmiddlewaretoken" not in line]))
    assert answers[0] == answers[1]
    assert "password" in " ".join(answers[0][1])
    refused = AuditEvent.objects.filter(event="person.sign_in_refused")
    assert [(event.actor_id, event.details) for event in refused] == [(mia.user_id, {"step": "password"})]


def test_many_wrong_passwords_are_slowed_down(mia: Member) -> None:
    browser = new_browser()
    for _ in range(10):
        _password(browser, mia.user.email, WRONG)
    answer = browser.post("/accounts/login/", {"login": mia.user.email, "password": PASSWORD})
    assert answer.status_code in (200, 429)
    assert not _is_in(browser)


def test_a_password_alone_opens_nothing(mia: Member) -> None:
    browser = new_browser()
    _password(browser, mia.user.email)
    some = "0198f0e2-0000-7000-8000-000000000000"
    opened = []
    for name, pattern in every_url():
        arguments = [some] if "uuid" in str(pattern.pattern) else []
        if name.startswith(("signals:", "reviews:")):
            url = reverse(name, args=arguments)
            for method in (browser.get, browser.post):
                answer = method(url)
                if answer.status_code != 302 or not answer["Location"].startswith("/accounts/login/"):
                    opened.append((url, answer.status_code))
    assert opened == []
    assert browser.get("/admin/")["Location"].startswith("/accounts/login/")
    assert AuditEvent.objects.filter(event="person.signed_in").count() == 0


@pytest.mark.parametrize(
    "code", ["000000", "12345", "1234567", "abcdef", "１２３４５６", "", "12 34 5", "-12345", "\x00"]
)
def test_a_wrong_code_is_said_at_its_field(mia: Member, code: str) -> None:
    if code == _code_of(mia.user):
        code = "000001"
    browser = new_browser()
    _password(browser, mia.user.email)
    answer = browser.post("/accounts/code/", {"code": code})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["code"]
    assert not _is_in(browser)


def test_wrong_codes_make_one_wait(mia: Member) -> None:
    """After a wrong code even the right one is refused for a while, and longer each time."""
    browser = new_browser()
    _password(browser, mia.user.email)
    right = _code_of(mia.user)
    for wrong in (f"{(int(right) + step) % 1_000_000:06d}" for step in (77_777, 88_888)):
        _code(browser, wrong)
    assert _code(browser, right) == 422
    device = Authenticator.objects.get(user=mia.user)
    assert device.throttling_failure_count >= 1
    assert AuditEvent.objects.filter(event="person.sign_in_refused", details__step="code").count() == 3
    Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert _code(browser, _code_of(mia.user)) == 302


def test_a_spent_code_is_refused(mia: Member) -> None:
    code = _code_of(mia.user)
    first, second = new_browser(), new_browser()
    for browser in (first, second):
        _password(browser, mia.user.email)
    assert (_code(first, code), _code(second, code)) == (302, 422)
    assert (_is_in(first), _is_in(second)) == (True, False)


def test_the_code_of_somebody_else_is_refused(mia: Member, bob: Member) -> None:
    browser = new_browser()
    _password(browser, mia.user.email)
    assert _code(browser, _code_of(bob.user)) == 422


@pytest.mark.django_db(transaction=True)
def test_one_code_sent_sixteen_times_at_once_is_accepted_once() -> None:
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
    browsers = [Client() for _ in range(16)]
    waiting = new_browser()
    _password(waiting, mia.user.email)
    for browser in browsers:
        browser.cookies = SimpleCookie({name: morsel.value for name, morsel in waiting.cookies.items()})
    code = _code_of(mia.user)

    def send(browser: Client) -> int:
        try:
            return _code(browser, code)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(send, browsers))
    with acting_as_system():
        assert AuditEvent.objects.filter(event="person.signed_in").count() == 1, answers


def test_a_code_without_a_password_leads_to_the_password(mia: Member) -> None:
    browser = new_browser()
    answer = browser.post("/accounts/code/", {"code": _code_of(mia.user)})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")


def test_one_can_begin_again_as_somebody_else(mia: Member) -> None:
    browser = new_browser()
    _password(browser, mia.user.email)
    assert browser.post("/accounts/code/abandon/").status_code == 302
    assert browser.get("/accounts/code/")["Location"] == "/accounts/login/"


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "password/change/", "inactive/", "social/signup/"])
def test_there_is_no_other_page_of_accounts(as_alice: Client, path: str) -> None:
    assert new_browser().get(f"/accounts/{path}").status_code == 404
    assert as_alice.get(f"/accounts/{path}").status_code == 404


def test_somebody_who_is_not_active_is_refused_like_a_stranger(mia: Member) -> None:
    User.objects.filter(pk=mia.user_id).update(is_active=False)
    browser = new_browser()
    answer = browser.post("/accounts/login/", {"login": mia.user.email, "password": PASSWORD})
    stranger = new_browser().post("/accounts/login/", {"login": "nobody@northwind.example", "password": PASSWORD})
    assert answer.status_code == stranger.status_code
    assert answer.context["form"].errors == stranger.context["form"].errors
    assert not _is_in(browser)


def test_somebody_made_inactive_between_password_and_code_does_not_get_in(mia: Member) -> None:
    browser = new_browser()
    _password(browser, mia.user.email)
    User.objects.filter(pk=mia.user_id).update(is_active=False)
    assert _code(browser, _code_of(mia.user)) < 500
    assert not _is_in(browser)


def test_signing_out_ends_it(mia: Member, as_alice: Client, alice: Member) -> None:
    assert _is_in(as_alice)
    assert "Sign out" in as_alice.get("/accounts/logout/").content.decode()
    assert as_alice.post("/accounts/logout/").status_code == 302
    assert not _is_in(as_alice)
    assert AuditEvent.objects.filter(event="person.signed_out", actor_id=alice.user_id).count() == 1


def test_the_seed_is_sealed(mia: Member) -> None:
    device = Authenticator.objects.get(user=mia.user)
    secret = device.provisioning_uri().partition("secret=")[2].partition("&")[0]
    assert len(secret) == 32
    assert secret.encode() not in bytes(device.seed)
    assert bytes(device.seed)[:2] == b"\x01\x01"
