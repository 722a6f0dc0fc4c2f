"""Passkeys from making one to signing in with it; what was sent once counts once."""

import json
from typing import Any

import pytest
from django.test import Client
from django_otp_webauthn.models import WebAuthnCredential
from webauthn.helpers import bytes_to_base64url

from accounts import passkeys
from accounts.models import User
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant
from tests.accounts.soft_passkey import SoftPasskey
from tests.accounts.way_in import at_once, events, give_password, is_in
from tests.world import PASSWORD, add_company, add_team_member, new_browser, signed_in

pytestmark = pytest.mark.django_db
NEW, MADE = "/accounts/passkeys/new/options/", "/accounts/passkeys/new/answer/"
ASK, ANSWER = "/accounts/passkey/", "/accounts/passkey/answer/"


def _post(browser: Client, path: str, content: dict[str, Any]) -> Any:
    return browser.post(path, json.dumps(content), content_type="application/json")


def _add(browser: Client, name: str = "key") -> SoftPasskey:
    passkey = SoftPasskey()
    answer = _post(browser, MADE, {**passkey.made(browser.post(NEW).json()), "name": name})
    assert answer.json() == {"to": "/accounts/security/"}, answer.content
    return passkey


@pytest.fixture
def mia(northwind: Participant) -> Member:
    """A member with a password."""
    return add_team_member(northwind, "mia", with_password=True)


def test_a_passkey_is_made_and_signs_in_after_the_password(mia: Member) -> None:
    passkey = _add(signed_in(mia.user), "phone")
    assert WebAuthnCredential.objects.get().name == "phone"
    assert events("factor_enrolled", kind="passkey") == 1
    browser = new_browser()
    give_password(browser, mia.user.email)
    answer = passkey.answered(browser.post(ASK).json())
    assert _post(browser, ANSWER, answer).json() == {"to": "/"}
    assert is_in(browser)
    assert events("signed_in") == 2, "once to make it"


def test_a_passkey_confirms_and_leads_on(mia: Member) -> None:
    browser = signed_in(mia.user)
    passkey = _add(browser)
    for wanted, to in (("/signals/exports/new/", "/signals/exports/new/"), ("https://elsewhere.example/", "/")):
        answer = passkey.answered(browser.post(ASK).json())
        assert _post(browser, ANSWER, {**answer, "next": wanted}).json() == {"to": to}


def test_what_made_a_passkey_makes_no_second_one(mia: Member) -> None:
    browser, passkey = signed_in(mia.user), SoftPasskey()
    made = passkey.made(browser.post(NEW).json())
    assert _post(browser, MADE, made).status_code == 200
    assert _post(browser, MADE, made).status_code == 422
    browser.post(NEW)
    assert _post(browser, MADE, made).status_code == 422, "another challenge"
    same = passkey.made(browser.post(NEW).json())
    assert _post(browser, MADE, same).status_code == 422, "it is kept already"
    assert WebAuthnCredential.objects.count() == 1


def test_an_answer_is_accepted_once_and_for_its_own_challenge(mia: Member) -> None:
    passkey = _add(signed_in(mia.user))
    browser = new_browser()
    give_password(browser, mia.user.email)
    old = passkey.answered(browser.post(ASK).json())
    browser.post(ASK)
    assert _post(browser, ANSWER, old).status_code == 422, "another challenge was asked since"
    assert _post(browser, ANSWER, passkey.answered(browser.post(ASK).json())).status_code == 200
    again = new_browser()
    give_password(again, mia.user.email)
    again.post(ASK)
    assert _post(again, ANSWER, old).status_code == 422
    assert not is_in(again)


def test_a_passkey_that_counts_backwards_is_a_copy(mia: Member) -> None:
    browser = signed_in(mia.user)
    passkey = _add(browser)
    assert _post(browser, ANSWER, passkey.answered(browser.post(ASK).json())).status_code == 200
    passkey.count = 0
    assert _post(browser, ANSWER, passkey.answered(browser.post(ASK).json())).status_code == 422


@pytest.mark.parametrize("name", ["key \ud800", "key\0", "k" * 65])
def test_a_name_that_cannot_be_kept_is_refused(mia: Member, name: str) -> None:
    browser, passkey = signed_in(mia.user), SoftPasskey()
    answer = _post(browser, MADE, {**passkey.made(browser.post(NEW).json()), "name": name})
    assert answer.status_code == 422
    assert answer.json()["problem"].startswith("A passkey cannot have this name.")
    assert not WebAuthnCredential.objects.exists()


def _passkey(user: User) -> WebAuthnCredential:
    return WebAuthnCredential.objects.create(
        user=user, name="key", credential_id=b"id of " + user.email.encode(), public_key=b"no key", aaguid=""
    )


def _answer(credential: WebAuthnCredential) -> dict[str, object]:
    raw = bytes_to_base64url(bytes(credential.credential_id))
    parts = dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), bytes_to_base64url(b"{}"))
    return {"id": raw, "rawId": raw, "type": "public-key", "response": parts}


def test_a_passkey_s_answer_must_fit_its_challenge_its_person_and_be_the_first(alice: Member, bob: Member) -> None:
    alice.user.set_password(PASSWORD)
    alice.user.save()
    own, foreign = _passkey(alice.user), _passkey(bob.user)
    browser = new_browser()
    give_password(browser, alice.user.email)
    page = browser.get("/accounts/code/", headers={"host": "localhost"}).content.decode()
    assert "data-passkey-use" in page
    assert "data-passkey-use" not in browser.get("/accounts/code/", headers={"host": "127.0.0.1"}).content.decode()
    finish = "/accounts/passkey/answer/"
    assert browser.post(finish, _answer(own), content_type="application/json").status_code == 422, "no challenge"
    for credential in (own, foreign):
        options = browser.post("/accounts/passkey/").json()
        assert [each["id"] for each in options["allowCredentials"]] == [_answer(own)["id"]]
        assert browser.post(finish, _answer(credential), content_type="application/json").status_code == 422
        assert passkeys.USING not in browser.session
    for junk in ("", "[]", "nothing", '{"id": 1}', json.dumps({**_answer(own), "id": "\ud800", "rawId": "\ud800"})):
        browser.post("/accounts/passkey/")
        assert browser.post(finish, junk, content_type="application/json").status_code == 422
    assert not is_in(browser)


def test_junk_makes_no_passkey(alice: Member, as_alice: Client) -> None:
    half = '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {"clientDataJSON": "\\ud800"}}'
    for junk in ("{}", "[]", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}', half):
        assert as_alice.post("/accounts/passkeys/new/options/").json()["challenge"]
        answer = as_alice.post("/accounts/passkeys/new/answer/", junk, content_type="application/json")
        assert answer.status_code == 422
    assert not WebAuthnCredential.objects.filter(user=alice.user).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["sign-in", "confirm"])
def test_one_answer_sent_sixteen_times_at_once_is_accepted_once(path: str) -> None:
    mia = _member()
    passkey = _add(signed_in(mia))
    if path == "sign-in":
        browser, event, before = new_browser(), "signed_in", 1  # once to make it
        give_password(browser, mia.email)
    else:
        browser, event, before = signed_in(mia), "factor_confirmed", 0
    answer = passkey.answered(browser.post(ASK).json())
    answers = at_once(browser, lambda window: _post(window, ANSWER, answer).status_code)
    with acting_as_system():
        assert events(event) == before + 1, answers
    assert answers.count(200) == 1, answers


@pytest.mark.django_db(transaction=True)
def test_one_new_passkey_sent_sixteen_times_at_once_is_kept_once() -> None:
    browser, passkey = signed_in(_member()), SoftPasskey()
    made = passkey.made(browser.post(NEW).json())
    answers = at_once(browser, lambda window: _post(window, MADE, made).status_code)
    with acting_as_system():
        assert (WebAuthnCredential.objects.count(), events("factor_enrolled", kind="passkey")) == (1, 1), answers


def _member() -> User:
    with acting_as_system():
        return add_team_member(add_company("northwind"), "mia", with_password=True).user
