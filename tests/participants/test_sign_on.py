"""Signing in through one's company, against an OpenID provider on loopback."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, Participant, SignOn, SignOnBinding
from participants.sign_on import set_sign_on
from tests.accounts.way_in import at_once, code_of, give_password, grow_stale, is_in
from tests.at_once import in_thread, until_somebody_waits
from tests.participants.provider import CLIENT, SECRET, Provider, running
from tests.world import PASSWORD, add_company, add_team_member, new_browser, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    """One for all tests of this file."""
    with running() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider, northwind: Participant) -> Provider:
    """Northwind's, as honest as at its start."""
    server.claims, server.issuer, server.signs_with = {}, None, None
    server.asked.clear()
    set_sign_on(northwind, issuer=server.url, client_id=CLIENT, secret=SECRET, by=PORTAL)
    return server


@pytest.fixture
def mia(northwind: Participant) -> Member:
    """A member with a password."""
    return add_team_member(northwind, "mia", with_password=True)


def _vouch(provider: Provider, subject: str, email: str, *, verified: bool = True) -> None:
    provider.claims = {"sub": subject, "email": email, "email_verified": verified}


def _go(browser: Client, slug: str = "northwind", **more: str) -> Any:
    """To the provider and back, as the browser is led."""
    away = browser.get(f"/accounts/company/{slug}/")
    assert away.status_code == 302, away.content.decode()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    return browser.get(f"/accounts/company/{slug}/callback/", {"code": "any", "state": asked["state"], **more})


def test_the_way_in_through_one_s_company_ends_at_the_second_step(provider: Provider, mia: Member) -> None:
    browser = new_browser()
    page = browser.post("/accounts/company/", {"company": "northwind"}).content.decode()
    assert 'href="/accounts/company/northwind/"' in page
    _vouch(provider, "subject-1", mia.user.email)
    assert _go(browser)["Location"] == "/accounts/code/"
    assert not is_in(browser)
    assert browser.post("/accounts/code/", {"code": code_of(mia.user)}).status_code == 302
    assert is_in(browser)
    assert provider.asked[0]["client_secret"] == SECRET
    assert provider.asked[0]["code_verifier"]
    binding = SignOnBinding.objects.get()
    assert (binding.user_id, binding.issuer) == (mia.user_id, provider.url)
    assert AuditEvent.objects.filter(event="sign_on.bound").count() == 1


def test_who_is_bound_is_known_by_the_subject_whatever_the_address(provider: Provider, mia: Member) -> None:
    ben = add_team_member(mia.participant, "ben")
    _vouch(provider, "subject-1", mia.user.email)
    _go(new_browser())
    _vouch(provider, "subject-1", ben.user.email)
    browser = new_browser()
    assert _go(browser).status_code == 302
    browser.post("/accounts/code/", {"code": code_of(mia.user)})
    assert browser.get("/accounts/security/").wsgi_request.user == mia.user
    _vouch(provider, "subject-2", mia.user.email)
    assert _go(new_browser()).status_code == 401, "the address is bound to another subject"


def test_the_same_subject_of_another_issuer_is_nobody(provider: Provider, mia: Member) -> None:
    SignOnBinding.objects.create(
        participant=mia.participant,
        user=mia.user,
        issuer="https://before.example",
        subject=SignOnBinding.fingerprint("https://before.example", "subject-1"),
    )
    _vouch(provider, "subject-1", "nobody@northwind.example")
    assert _go(new_browser()).status_code == 401


@pytest.mark.parametrize("case", ["unverified", "another company's", "staff's", "inactive", "unknown"])
def test_who_is_not_an_active_member_is_refused(
    case: str, provider: Provider, mia: Member, bob: Member, sam: User
) -> None:
    emails = {"another company's": bob.user.email, "staff's": sam.email, "unknown": "nobody@northwind.example"}
    if case == "inactive":
        Member.objects.filter(pk=mia.pk).update(is_active=False)
    _vouch(provider, "subject-1", emails.get(case, mia.user.email), verified=case != "unverified")
    answer = _go(new_browser())
    assert answer.status_code == 401
    assert "That did not work" in answer.content.decode()
    assert SignOnBinding.objects.count() == 0


@pytest.mark.parametrize("case", ["signature", "audience", "issuer", "expired", "no subject", "state", "error"])
def test_an_answer_that_is_not_right_is_refused(case: str, provider: Provider, mia: Member) -> None:
    _vouch(provider, "subject-1", mia.user.email)
    more: dict[str, str] = {}
    if case == "signature":
        provider.signs_with = rsa.generate_private_key(65537, 2048)
    elif case == "audience":
        provider.claims["aud"] = "somebody else"
    elif case == "issuer":
        provider.claims["iss"] = "https://elsewhere.example"
    elif case == "expired":
        provider.claims["exp"] = 1
    elif case == "no subject":
        del provider.claims["sub"]
    elif case == "state":
        more["state"] = "made up"
    else:
        more["error"] = "access_denied"
    browser = new_browser()
    assert _go(browser, **more).status_code == 401
    assert browser.get("/accounts/code/")["Location"] == "/accounts/login/"


def test_a_provider_that_is_somebody_else_or_away_is_refused(provider: Provider, northwind: Participant) -> None:
    provider.issuer = "https://elsewhere.example"
    assert new_browser().get("/accounts/company/northwind/").status_code == 401
    set_sign_on(northwind, issuer="http://127.0.0.1:1", client_id=CLIENT, secret=None, by=PORTAL)
    assert new_browser().get("/accounts/company/northwind/").status_code == 401


def test_a_company_without_a_sign_on_has_no_such_page(provider: Provider, northwind: Participant) -> None:
    assert new_browser().get("/accounts/company/harbor/").status_code == 404
    assert new_browser().post("/accounts/company/", {"company": "harbor"}).status_code == 422
    SignOn.objects.update(is_active=False)
    assert new_browser().get("/accounts/company/northwind/").status_code == 404


def test_where_passwords_are_forbidden_a_right_one_is_like_a_wrong_one(
    provider: Provider, mia: Member, bob: Member
) -> None:
    answers = []
    bob.user.set_password(PASSWORD)
    bob.user.save()
    for forbidden in (False, True):
        SignOn.objects.update(passwords_forbidden=forbidden)
        browser = new_browser()
        give_password(browser, mia.user.email)
        answers.append(browser.get("/accounts/code/").status_code)
    assert answers == [200, 302]
    right, wrong = (
        new_browser().post("/accounts/login/", {"login": mia.user.email, "password": password})
        for password in (PASSWORD, "another sentence nobody says")
    )
    assert right.context["form"].errors == wrong.context["form"].errors
    others = new_browser()
    give_password(others, bob.user.email)
    assert others.get("/accounts/code/").status_code == 200
    _vouch(provider, "subject-1", mia.user.email)
    assert _go(new_browser())["Location"] == "/accounts/code/"


def test_the_secret_is_sealed_and_stays_at_the_desk(provider: Provider, as_sam: Client, northwind: Participant) -> None:
    sign_on = SignOn.objects.get()
    assert SECRET.encode() not in bytes(sign_on.secret)
    page = f"/admin/participants/signon/{sign_on.pk}/change/"
    assert SECRET not in as_sam.get(page).content.decode()
    changed = {"issuer": "https://id.northwind.example/", "client_id": "new", "is_active": "on", "client_secret": ""}
    grow_stale(as_sam)
    assert as_sam.post(page, changed)["Location"].startswith("/accounts/confirm/")
    assert SignOn.objects.get().client_id == CLIENT


def test_forbidding_passwords_ends_the_sessions_that_are_open(alice: Member, bob: Member) -> None:
    own, other = signed_in(alice.user), signed_in(bob.user)
    facts: dict[str, Any] = {"issuer": "https://id.northwind.example", "client_id": "x", "secret": "s", "by": PORTAL}
    set_sign_on(alice.participant, **facts)
    assert own.get("/accounts/security/").status_code == 200
    set_sign_on(alice.participant, **facts, passwords_forbidden=True)
    assert own.get("/accounts/security/").status_code == 302
    assert other.get("/accounts/security/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_set_a_sign_on_at_once_keep_the_new_secret() -> None:
    with acting_as_system():
        company = add_company("northwind")
        facts: dict[str, Any] = {"issuer": "https://id.northwind.example", "client_id": "x", "by": PORTAL}
        set_sign_on(company, **facts, secret="old")

    def switch_off() -> None:
        with acting_as_system():
            set_sign_on(company, **facts, secret=None, is_active=False)

    with ThreadPoolExecutor(1) as pool:
        with acting_as_system():
            set_sign_on(company, **facts, secret="new")
            waiting = pool.submit(in_thread, switch_off)
            until_somebody_waits()
        waiting.result()
    with acting_as_system():
        kept = SignOn.objects.get()
        assert (kept.opened_secret(), kept.is_active) == ("new", False)


def test_staff_set_a_sign_on(as_sam: Client, harbor: Participant) -> None:
    add = "/admin/participants/signon/add/"
    typed = {"participant": harbor.pk, "issuer": "https://id.harbor.example/", "client_id": "x", "is_active": "on"}
    assert as_sam.post(add, typed).status_code == 200
    assert as_sam.post(add, {**typed, "client_secret": "hidden"}).status_code == 302
    sign_on = SignOn.objects.get()
    assert (sign_on.issuer, sign_on.opened_secret()) == ("https://id.harbor.example", "hidden")
    page = f"/admin/participants/signon/{sign_on.pk}/change/"
    assert as_sam.post(page, {**typed, "client_secret": "", "passwords_forbidden": "on"}).status_code == 302
    sign_on.refresh_from_db()
    assert (sign_on.opened_secret(), sign_on.passwords_forbidden) == ("hidden", True)
    assert AuditEvent.objects.filter(event="sign_on.changed").count() == 2


def test_members_see_no_sign_on_and_only_their_own_bindings(provider: Provider, mia: Member, bob: Member) -> None:
    _vouch(provider, "subject-1", mia.user.email)
    _go(new_browser())
    for member, seen in ((mia, 1), (bob, 0)):
        with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
            assert (SignOn.objects.count(), SignOnBinding.objects.count()) == (0, seen)


@pytest.mark.django_db(transaction=True)
def test_one_answer_of_a_provider_sent_sixteen_times_at_once_leads_to_the_second_step_once(server: Provider) -> None:
    """And later not at all: what it answers to is taken out of the session with the first."""
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
        set_sign_on(mia.participant, issuer=server.url, client_id=CLIENT, secret=SECRET, by=PORTAL)
    server.claims, server.issuer, server.signs_with = {}, None, None
    _vouch(server, "subject-1", mia.user.email)
    browser = new_browser()
    asked = parse_qs(urlsplit(browser.get("/accounts/company/northwind/")["Location"]).query)
    back = {"code": "any", "state": asked["state"][0]}
    answers = at_once(browser, lambda window: window.get("/accounts/company/northwind/callback/", back).status_code)
    with acting_as_system():
        assert AuditEvent.objects.filter(event="sign_on.bound").count() == 1, answers
        assert AuditEvent.objects.filter(event="person.signed_in").count() == 0, "the second step stands"
        assert SignOnBinding.objects.count() == 1
    assert 500 not in answers
    assert browser.get("/accounts/company/northwind/callback/", back).status_code != 302, answers
