"""Sessions run out, are seen and ended by their owners, and let no half-written form go lost."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from accounts.clock import LEFT_BY, SessionClock, seconds_left
from accounts.kept_forms import KEPT
from accounts.models import Session, User
from accounts.session_store import BEGUN, SEEN, SessionStore, row_key
from accounts.views.confirming import safe_next
from audit.models import AuditEvent
from lantern.lib.ids import new_id
from lantern.lib.marks import Mark
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant
from reviews import claims
from signals.views import incidents as signal_pages
from tests.accounts.way_in import at_once, code_of, give_password, grow_stale, is_in
from tests.world import PASSWORD, add_company, add_team_member, new_browser, share_and_route, signed_in

pytestmark = pytest.mark.django_db

TYPED = {
    "kind": "email",
    "value": "mira@example.com",
    "harm_types": ["grooming", "sextortion"],
    "attested": "on",
    "note": "half written",
}


@pytest.fixture
def mia(northwind: Participant) -> Member:
    """A member with a password."""
    return add_team_member(northwind, "mia", with_password=True)


def _back(browser: Client, key: str, seconds: float) -> None:
    session = browser.session
    session[key] -= seconds
    session.save()


@pytest.mark.parametrize(("key", "limit"), [(SEEN, settings.SESSION_IDLE_SECONDS), (BEGUN, settings.SESSION_SECONDS)])
def test_a_session_runs_out(as_alice: Client, alice: Member, key: str, limit: int) -> None:
    _back(as_alice, key, limit - 20)
    assert is_in(as_alice)
    _back(as_alice, key, limit)
    answer = as_alice.get("/signals/")
    assert answer["Location"] == "/accounts/login/?next=/signals/"
    assert AuditEvent.objects.filter(event="person.session_ran_out", actor_id=alice.user_id).count() == 1
    assert Session.objects.filter(user=alice.user).count() == 0


@pytest.mark.django_db(transaction=True)
def test_signing_out_sixteen_times_at_once_is_told_of_once() -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
    browser = signed_in(alice.user)
    answers = at_once(browser, lambda window: window.post("/accounts/logout/").status_code)
    assert answers == [302] * 16
    with acting_as_system():
        assert AuditEvent.objects.filter(event="person.signed_out").count() == 1
    assert not is_in(browser)


def test_a_session_that_runs_out_under_two_requests_is_told_of_once(as_alice: Client, alice: Member, rf: Any) -> None:
    _back(as_alice, SEEN, settings.SESSION_IDLE_SECONDS)
    requests = [rf.get("/signals/"), rf.get("/signals/")]
    for request in requests:
        request.session = SessionStore(as_alice.session.session_key)
        assert seconds_left(request.session) is not None, "each has read it before either ends it"
    for request in requests:
        SessionClock(lambda _: HttpResponse())(request)
        assert request.session.session_key is None
        assert request.session[LEFT_BY] == alice.user_id
    assert AuditEvent.objects.filter(event="person.session_ran_out", actor_id=alice.user_id).count() == 1


def test_activity_keeps_a_session_and_what_a_page_asks_by_itself_does_not(as_alice: Client) -> None:
    for headers, left in (({"HX-Request": "true"}, 120), ({"X-Session-Left": "1"}, 120), ({}, 1790)):
        _back(as_alice, SEEN, as_alice.session[SEEN] - time.time() + settings.SESSION_IDLE_SECONDS - 120)
        found = as_alice.get("/accounts/session/", headers=headers).json()["left"]
        assert left - 5 <= found <= left + 10


def test_an_open_review_keeps_a_session_only_while_somebody_is_there(
    bob: Member, alice: Member, as_bob: Client
) -> None:
    share_and_route(alice)
    held = claims.claim_next(by=bob)
    assert held is not None
    for presence, left in (("idle", 120), ("active", settings.SESSION_IDLE_SECONDS)):
        _back(as_bob, SEEN, as_bob.session[SEEN] - time.time() + settings.SESSION_IDLE_SECONDS - 120)
        assert as_bob.post(f"/reviews/{held.pk}/presence/", headers={"X-Presence": presence}).status_code == 200
        found = seconds_left(as_bob.session)
        assert found is not None
        assert left - 10 <= found <= left


@pytest.mark.parametrize("presence", ["idle", "active"])
def test_a_sign_of_presence_that_comes_too_late_takes_no_kept_form_s_place(mia: Member, presence: str) -> None:
    browser = signed_in(mia.user)
    _back(browser, SEEN, settings.SESSION_IDLE_SECONDS)
    path = f"/reviews/{new_id()}/presence/"
    for _ in range(2):
        assert browser.post(path, headers={"X-Presence": presence}).status_code == 302
        assert KEPT not in browser.session
    browser.post("/signals/new/", TYPED)
    kept = browser.session[KEPT]
    browser.post(path, headers={"X-Presence": presence})
    assert browser.session[KEPT] == kept


def test_pages_carry_the_warning_and_staying_is_a_post(as_alice: Client, as_sam: Client) -> None:
    for browser, page in ((as_alice, "/"), (as_alice, "/transparency/"), (as_sam, "/admin/")):
        content = browser.get(page).content.decode()
        assert "data-session-left=" in content
        assert 'action="/accounts/stay/"' in content
    assert new_browser().get("/transparency/").content.decode().count("data-session-left") == 0
    _back(as_alice, SEEN, settings.SESSION_IDLE_SECONDS - 60)
    assert as_alice.post("/accounts/stay/", headers={"accept": "application/json"}).json()["left"] > 1700
    assert as_alice.get("/accounts/stay/").status_code == 405


def test_a_half_written_form_survives_signing_in_again(mia: Member) -> None:
    browser = signed_in(mia.user)
    _back(browser, SEEN, settings.SESSION_IDLE_SECONDS)
    answer = browser.post("/signals/new/", TYPED)
    assert answer["Location"] == "/accounts/login/?next=/"
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM accounts_session")
        assert all("mira" not in str(SessionStore().decode(row[0])) for row in cursor.fetchall())
    give_password(browser, mia.user.email)
    assert browser.post("/accounts/code/", {"code": code_of(mia.user)})["Location"] == "/accounts/kept/"
    page = browser.get("/accounts/kept/").content.decode()
    assert 'action="/signals/new/"' in page
    for value in ("mira@example.com", "half written", "grooming", "sextortion"):
        assert f'value="{value}"' in page
    assert "csrfmiddlewaretoken" in page
    assert browser.post("/accounts/kept/")["Location"] == "/"
    assert browser.get("/accounts/kept/")["Location"] == "/"


def test_a_page_that_was_looked_at_meanwhile_does_not_lose_the_form(mia: Member) -> None:
    browser = signed_in(mia.user)
    _back(browser, SEEN, settings.SESSION_IDLE_SECONDS)
    browser.get("/signals/")
    browser.post("/signals/new/", TYPED)
    give_password(browser, mia.user.email)
    assert browser.post("/accounts/code/", {"code": code_of(mia.user)})["Location"] == "/accounts/kept/"


def test_somebody_else_at_the_same_browser_does_not_get_the_form(mia: Member, northwind: Participant) -> None:
    other = add_team_member(northwind, "nils", with_password=True)
    browser = signed_in(mia.user)
    _back(browser, SEEN, settings.SESSION_IDLE_SECONDS)
    browser.post("/signals/new/", TYPED)
    give_password(browser, other.user.email)
    assert browser.post("/accounts/code/", {"code": code_of(other.user)})["Location"] == "/"
    assert browser.get("/accounts/kept/").status_code == 302
    assert KEPT not in browser.session


def test_nothing_is_kept_of_strangers_nor_of_passwords(mia: Member) -> None:
    stranger = new_browser()
    stranger.post("/signals/new/", TYPED)
    assert KEPT not in stranger.session
    browser = signed_in(mia.user)
    _back(browser, SEEN, settings.SESSION_IDLE_SECONDS)
    browser.post("/accounts/password/", {"password": PASSWORD, "again": PASSWORD})
    assert KEPT not in browser.session


def test_one_sees_and_ends_one_s_own_sessions(alice: Member, bob: Member, as_alice: Client, as_bob: Client) -> None:
    laptop, phone = signed_in(alice.user), signed_in(alice.user)
    page = as_alice.get("/accounts/sessions/").content.decode()
    assert page.count("last seen") == 3
    keys = [row_key(browser.session.session_key or "") for browser in (laptop, as_bob, as_alice)]
    for key in keys:
        assert as_alice.post("/accounts/sessions/end/", {"session": key}).status_code == 302
    assert [is_in(browser) for browser in (laptop, phone, as_bob, as_alice)] == [False, True, True, True]
    as_alice.post("/accounts/sessions/end-others/")
    assert [is_in(browser) for browser in (phone, as_bob, as_alice)] == [False, True, True]


def test_the_key_of_a_session_is_not_in_the_database(as_alice: Client) -> None:
    key = as_alice.session.session_key
    assert key
    assert not Session.objects.filter(session_key=key).exists()
    assert Session.objects.filter(session_key=row_key(key)).exists()


def test_somebody_made_inactive_is_out_on_the_next_request(alice: Member, as_alice: Client) -> None:
    User.objects.filter(pk=alice.user_id).update(is_active=False)
    assert not is_in(as_alice)


def test_what_is_asked_for_twice_needs_a_factor_of_the_last_five_minutes(alice: Member, as_alice: Client) -> None:
    assert as_alice.get("/accounts/password/").status_code == 200
    grow_stale(as_alice)
    assert as_alice.get("/accounts/password/")["Location"] == "/accounts/confirm/?next=%2Faccounts%2Fpassword%2F"
    assert as_alice.post("/accounts/recovery/").status_code == 302
    assert as_alice.post("/accounts/confirm/", {"code": "000000"}).status_code == 422
    answer = as_alice.post("/accounts/confirm/?next=/accounts/password/", {"code": code_of(alice.user)})
    assert answer["Location"] == "/accounts/password/"
    assert AuditEvent.objects.filter(event="person.factor_confirmed", actor_id=alice.user_id).count() == 1
    assert as_alice.get("/accounts/password/").status_code == 200


def test_a_form_sent_to_what_is_asked_for_twice_waits(
    alice: Member, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal_pages.new, "lantern_mark", Mark("share_signals", passed=True, fresh=True))
    grow_stale(as_alice)
    answer = as_alice.post("/signals/new/", TYPED)
    assert answer["Location"] == "/accounts/confirm/?next=%2Faccounts%2Fkept%2F"
    as_alice.post("/accounts/confirm/?next=/accounts/kept/", {"code": code_of(alice.user)})
    assert "half written" in as_alice.get("/accounts/kept/").content.decode()
    assert as_alice.post("/signals/new/", TYPED).status_code == 302


def test_exports_at_the_desk_ask_twice(as_sam: Client) -> None:
    page = "/admin/participants/participant/export/"
    assert as_sam.get(page).status_code == 200
    grow_stale(as_sam)
    assert as_sam.get(page)["Location"].startswith("/accounts/confirm/")
    assert as_sam.get("/admin/participants/participant/").status_code == 200


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:1", "", "x"])
def test_confirming_leads_nowhere_else(rf: Any, wanted: str) -> None:
    assert safe_next(rf.get("/"), wanted) == "/"
