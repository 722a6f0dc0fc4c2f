"""Factors: the first one, more of them, recovery codes, and how each is lost."""

import json
import re
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp_webauthn.models import WebAuthnCredential
from webauthn.helpers import bytes_to_base64url

from accounts import passkeys, post
from accounts.enrolment import shown
from accounts.factors import (
    LastFactor,
    NotWaiting,
    SamePerson,
    ask_factor_reset,
    confirm_factor_reset,
    make_recovery_codes,
    remove_factor,
    spend_code,
    strong_factors,
    withdraw_factor_reset,
)
from accounts.models import (
    Authenticator,
    CoalitionRole,
    FactorReset,
    Letter,
    RecoveryCode,
    RecoverySheet,
    Session,
    User,
)
from accounts.models.factor_reset import OPEN_FOR
from accounts.services import add_person
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, Role
from participants.services import add_member
from participants.sign_in_admin import ANOTHER
from tests.accounts.way_in import at_once, code_of, give_password, grow_stale, is_in
from tests.world import PASSWORD, add_company, add_staff, add_team_member, new_browser, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(northwind: Participant) -> Member:
    """A member who has no factor yet."""
    person = add_person("noor@northwind.example", name="Noor", password=PASSWORD, by=PORTAL)
    return add_member(northwind, person, role=Role.ANALYST, by=PORTAL)


@pytest.fixture
def rio() -> User:
    """The second of the staff."""
    return add_staff("rio", CoalitionRole.STAFF)


def _events(name: str) -> int:
    return AuditEvent.objects.filter(event=f"person.{name}").count()


def _code_on(page: str) -> str:
    """What an app shows that was given the secret of the page."""
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found
    from base64 import b32decode  # noqa: PLC0415

    return f"{TOTP(b32decode(found[1].replace(' ', ''))).token():06d}"


def _letters() -> list[str]:
    mail.outbox.clear()
    post.send_due()
    return [str(message.subject) for message in mail.outbox]


def test_somebody_without_a_factor_sets_one_up_and_is_shown_recovery_codes_once(noor: Member) -> None:
    browser = new_browser()
    give_password(browser, noor.user.email)
    assert browser.get("/accounts/code/")["Location"] == "/accounts/enroll/"
    page = browser.get("/accounts/enroll/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert browser.get("/accounts/enroll/").content.decode().count(_code_on(page)) == 0
    answer = browser.post("/accounts/enroll/", {"code": _code_on(page)})
    codes = re.findall(r"<li>([a-z0-9-]{14})</li>", answer.content.decode())
    assert len(set(codes)) == 10
    assert is_in(browser)
    assert browser.get("/accounts/enroll/")["Location"] == "/accounts/login/"
    assert sorted(_letters()) == ["An authenticator was added to your account", "New recovery codes were made"]
    assert all(code not in str(row.digest) for code in codes for row in RecoveryCode.objects.all())
    other = new_browser()
    give_password(other, noor.user.email)
    assert other.post("/accounts/code/", {"code": codes[3].upper()}).status_code == 302
    assert is_in(other)
    again = new_browser()
    give_password(again, noor.user.email)
    assert again.post("/accounts/code/", {"code": codes[3]}).status_code == 422
    assert not is_in(again)


def test_a_wrong_first_code_sets_nothing_up(noor: Member) -> None:
    browser = new_browser()
    give_password(browser, noor.user.email)
    right = _code_on(browser.get("/accounts/enroll/").content.decode())
    wrong = f"{(int(right) + 77_777) % 1_000_000:06d}"
    assert browser.post("/accounts/enroll/", {"code": wrong}).status_code == 422
    assert strong_factors(noor.user) == []
    assert not is_in(browser)


def test_whoever_has_a_factor_cannot_set_up_a_first_one(alice: Member) -> None:
    alice.user.set_password(PASSWORD)
    alice.user.save()
    browser = new_browser()
    give_password(browser, alice.user.email)
    assert browser.get("/accounts/enroll/")["Location"] == "/accounts/code/"
    assert browser.post("/accounts/enroll/", {"code": "123456"})["Location"] == "/accounts/code/"


def test_a_second_authenticator_is_added_and_the_first_removed(alice: Member, as_alice: Client) -> None:
    page = as_alice.get("/accounts/authenticators/new/").content.decode()
    taken = {"name": "authenticator", "code": _code_on(page)}
    assert as_alice.post("/accounts/authenticators/new/", taken).status_code == 422
    assert as_alice.post("/accounts/authenticators/new/", {**taken, "name": "tablet"}).status_code == 302
    first, second = strong_factors(alice.user)
    assert (first.name, second.name) == ("authenticator", "tablet")
    assert as_alice.post("/accounts/factors/remove/", {"factor": first.persistent_id}).status_code == 302
    assert not is_in(as_alice), "the session was entered with the factor that is gone"
    assert _letters() == ["An authenticator was added to your account", "An authenticator was removed"]
    with pytest.raises(LastFactor):
        remove_factor(alice.user, second, by=alice)


def test_nobody_removes_the_factor_of_somebody_else(alice: Member, bob: Member, as_alice: Client) -> None:
    foreign = strong_factors(bob.user)[0]
    as_alice.post("/accounts/factors/remove/", {"factor": foreign.persistent_id})
    assert strong_factors(bob.user) == [foreign]


def test_new_recovery_codes_end_the_old(alice: Member) -> None:
    old = make_recovery_codes(alice.user, by=alice)
    new = make_recovery_codes(alice.user, by=alice)
    assert spend_code(alice.user, old[0]) is None
    RecoverySheet.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert spend_code(alice.user, new[0]) is not None
    assert RecoverySheet.objects.get().left() == 9
    assert (_events("recovery_codes_made"), _events("recovery_code_spent")) == (2, 1)


def test_a_recovery_code_of_somebody_else_is_refused(alice: Member, bob: Member) -> None:
    codes = make_recovery_codes(alice.user, by=alice)
    make_recovery_codes(bob.user, by=bob)
    assert spend_code(bob.user, codes[0]) is None


def _failures(person: User) -> list[int]:
    return list(
        Authenticator.objects.filter(user=person).order_by("pk").values_list("throttling_failure_count", flat=True)
    )


def test_a_code_of_one_authenticator_counts_as_no_failure_of_the_others(alice: Member) -> None:
    spare, used = Authenticator.objects.get(user=alice.user), Authenticator.enroll(alice.user, name="tablet")
    for _ in range(3):
        Authenticator.objects.filter(pk=used.pk).update(last_step=-1)
        assert spend_code(alice.user, used.current_code()) == used
    assert _failures(alice.user) == [0, 0]
    assert spend_code(alice.user, spare.current_code()) == spare


def test_a_wrong_code_counts_with_every_authenticator_until_its_own_code_comes(alice: Member) -> None:
    spare, used = Authenticator.objects.get(user=alice.user), Authenticator.enroll(alice.user, name="tablet")
    spare.refresh_from_db()
    spare_code, used_code = spare.current_code(), used.current_code()
    wrong = next(code for code in ("000000", "111111", "222222") if code not in (spare_code, used_code))
    assert spend_code(alice.user, wrong) is None
    assert _failures(alice.user) == [1, 1]
    assert spend_code(alice.user, used_code) is None, "it has to wait"
    Authenticator.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=1))
    assert spend_code(alice.user, used_code) == used
    assert _failures(alice.user) == [1, 0]
    assert spend_code(alice.user, used_code) is None
    assert _failures(alice.user) == [2, 1]


def test_what_the_page_shows_is_what_the_app_takes() -> None:
    seen = shown(b"12345678901234567890", "mia@northwind.example")
    assert seen.secret == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"  # RFC 6238, appendix B
    assert seen.picture.startswith("<svg")


def test_two_of_the_staff_reset_a_lost_factor(alice: Member, as_alice: Client, sam: User, rio: User) -> None:
    make_recovery_codes(alice.user, by=alice)
    reset = ask_factor_reset(alice.user, reason="Called her back", by=sam)
    assert is_in(as_alice)
    for person in (sam, alice.user):
        with pytest.raises(SamePerson):
            confirm_factor_reset(reset, by=person)
    confirm_factor_reset(reset, by=rio)
    assert strong_factors(alice.user) == []
    assert not RecoverySheet.objects.filter(user=alice.user).exists()
    assert not is_in(as_alice)
    with pytest.raises(NotWaiting):
        confirm_factor_reset(reset, by=rio)
    assert (_events("factor_reset_asked"), _events("factor_reset_confirmed")) == (1, 1)
    assert "Your factors were removed by the coalition" in _letters()


def test_a_reset_is_not_asked_for_oneself_nor_by_others_than_staff(sam: User, ada: User, alice: Member) -> None:
    for person, by in ((sam, sam), (alice.user, ada), (sam, alice.user)):
        with pytest.raises(SamePerson):
            ask_factor_reset(person, reason="", by=by)


def test_a_reset_runs_out_and_can_be_withdrawn(alice: Member, sam: User, rio: User) -> None:
    late = ask_factor_reset(alice.user, reason="", by=sam)
    FactorReset.objects.filter(pk=late.pk).update(asked_at=timezone.now() - OPEN_FOR)
    gone = ask_factor_reset(alice.user, reason="", by=sam)
    withdraw_factor_reset(gone, by=rio)
    for reset in (late, gone):
        with pytest.raises(NotWaiting):
            confirm_factor_reset(reset, by=rio)
    assert strong_factors(alice.user) != []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"person": "sam"}, "not_asked_for_oneself"),
        ({"confirmed_by": "sam", "confirmed_at": True}, "confirmed_by_another"),
        ({"confirmed_by": "alice", "confirmed_at": True}, "confirmed_by_another"),
        ({"confirmed_at": True}, "confirmed_by_somebody"),
        ({"confirmed_by": "rio"}, "confirmed_by_somebody"),
    ],
)
def test_the_database_holds_the_two_apart(
    change: dict[str, object], name: str, alice: Member, sam: User, rio: User
) -> None:
    people = {"alice": alice.user, "sam": sam, "rio": rio}
    reset = ask_factor_reset(alice.user, reason="", by=sam)
    values = {key: timezone.now() if value is True else people[str(value)] for key, value in change.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FactorReset.objects.filter(pk=reset.pk).update(**values)


def _told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_staff_reset_at_the_desk(alice: Member, sam: User, rio: User) -> None:
    desk, other = signed_in(sam), signed_in(rio)
    add = "/admin/accounts/factorreset/add/"
    assert desk.get(add).status_code == 200
    assert desk.post(add, {"person": sam.pk, "reason": "mine"}).status_code == 200
    assert desk.post(add, {"person": alice.user_id, "reason": "Called her back"}).status_code == 302
    reset = FactorReset.objects.get()
    page = f"/admin/accounts/factorreset/{reset.pk}/change/"
    desk.get("/admin/")  # it tells what was said so far
    assert _told(desk.post(page, {"answer": "confirm"}, follow=True)) == [ANOTHER]
    assert strong_factors(alice.user) != []
    grow_stale(other)
    assert other.post(page, {"answer": "confirm"})["Location"].startswith("/accounts/confirm/?next=%2Faccounts%2Fkept")
    assert strong_factors(alice.user) != []
    assert other.post("/accounts/confirm/?next=/accounts/kept/", {"code": code_of(rio)}).status_code == 302
    assert other.post(page, {"answer": "confirm"}).status_code == 302
    assert strong_factors(alice.user) == []


@pytest.mark.parametrize("model", ["socialaccount/socialapp", "django_otp_webauthn/webauthncredential"])
def test_the_desk_shows_nothing_of_the_libraries(as_sam: Client, model: str) -> None:
    assert as_sam.get(f"/admin/{model}/").status_code in (403, 404)
    assert model not in as_sam.get("/admin/").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["one-time code", "recovery code"])
@pytest.mark.parametrize("path", ["sign-in", "confirm"])
def test_one_code_sent_sixteen_times_at_once_is_accepted_once(kind: str, path: str) -> None:
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
        code = code_of(mia.user) if kind == "one-time code" else make_recovery_codes(mia.user, by=mia)[0]
    if path == "sign-in":
        browser, url, event = new_browser(), "/accounts/code/", "signed_in"
        give_password(browser, mia.user.email)
    else:
        browser, url, event = signed_in(mia.user), "/accounts/confirm/", "factor_confirmed"
    answers = at_once(browser, lambda window: window.post(url, {"code": code}).status_code)
    with acting_as_system():
        assert _events(event) == 1, answers
        if kind == "recovery code":
            assert RecoverySheet.objects.get().left() == 9


@pytest.mark.django_db(transaction=True)
def test_one_code_of_a_second_authenticator_sent_sixteen_times_at_once_is_accepted_once() -> None:
    cache.clear()  # the limits from before
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
        browser, code = signed_in(mia.user), Authenticator.enroll(mia.user, name="tablet").current_code()
    answers = at_once(browser, lambda window: window.post("/accounts/confirm/", {"code": code}).status_code)
    with acting_as_system():
        assert _events("factor_confirmed") == 1, answers


@pytest.mark.django_db(transaction=True)
def test_one_first_code_sent_sixteen_times_at_once_makes_one_authenticator() -> None:
    with acting_as_system():
        person = add_person("noor@northwind.example", name="Noor", password=PASSWORD, by=PORTAL)
    browser = new_browser()
    give_password(browser, person.email)
    code = _code_on(browser.get("/accounts/enroll/").content.decode())
    answers = at_once(browser, lambda window: window.post("/accounts/enroll/", {"code": code}).status_code)
    with acting_as_system():
        assert (Authenticator.objects.count(), _events("signed_in")) == (1, 1), answers
        assert Session.objects.filter(user=person).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_code_sent_sixteen_times_at_once_adds_one_further_authenticator() -> None:
    """Even under sixteen names."""
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
    browser, url = signed_in(mia.user), "/accounts/authenticators/new/"
    code = _code_on(browser.get(url).content.decode())
    names = count()
    answers = at_once(
        browser, lambda window: window.post(url, {"code": code, "name": f"phone {next(names)}"}).status_code
    )
    with acting_as_system():
        assert Authenticator.objects.filter(user=mia.user).count() == 2, answers
    assert answers.count(302) == 1


@pytest.mark.django_db(transaction=True)
def test_one_letter_s_code_sent_sixteen_times_at_once_changes_the_address_once() -> None:
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
    browser = signed_in(mia.user)
    assert browser.post("/accounts/email/", {"email": "mia.new@northwind.example"}).status_code == 302
    with acting_as_system():
        letter = Letter.objects.filter(name="email_code").get().opened().text
    found = re.search(r"\b\d{8}\b", letter)
    assert found
    answers = at_once(browser, lambda window: window.post("/accounts/email/code/", {"code": found[0]}).status_code)
    with acting_as_system():
        assert _events("email_changed") == 1, answers


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
