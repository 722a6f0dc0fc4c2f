"""Passwords and e-mail addresses: changed, forgotten, and never telling who is known."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import post, resets
from accounts.models import Letter, ResetRequest, User
from accounts.services import change_email, change_password
from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from tests.accounts.way_in import at_once, is_in
from tests.at_once import in_thread, until_somebody_waits
from tests.world import PASSWORD, add_company, add_team_member, new_browser, signed_in

pytestmark = pytest.mark.django_db

BETTER = "an even longer sentence nobody says"


def _sent() -> list[Any]:
    mail.outbox.clear()
    post.send_due()
    return list(mail.outbox)


def _link() -> str:
    resets.answer_resets()
    (letter,) = _sent()
    found = re.search(r"https?://[^/]+(/accounts/password/\S+)", letter.body)
    assert found
    return found[1]


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(alice: Member, as_alice: Client) -> None:
    browser = new_browser()
    assert browser.post("/accounts/password/forgotten/", {"email": "ALICE@northwind.example"}).status_code == 302
    link = _link()
    hidden = browser.get(link)["Location"]
    assert hidden.endswith("/choose/")
    assert browser.get(hidden).status_code == 200
    for weak in ("short", "passwordpassword"[:14], "alice@northwind.example", "123456789012345678"):
        assert browser.post(hidden, {"password": weak, "again": weak}).status_code == 422
    assert browser.post(hidden, {"password": BETTER, "again": PASSWORD}).status_code == 422
    assert browser.post(hidden, {"password": BETTER, "again": BETTER})["Location"] == "/accounts/login/"
    assert not is_in(browser), "it signs nobody in"
    assert not is_in(as_alice), "sessions of the old password end"
    assert User.objects.get(pk=alice.user_id).check_password(BETTER)
    assert [letter.subject for letter in _sent()] == ["Your password was changed"]
    again = new_browser()
    assert again.get(again.get(link)["Location"]).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_one_link_sent_sixteen_times_at_once_works_once() -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice", with_password=True)
        resets.ask_reset(alice.user.email)
    link = _link()
    browser = new_browser()
    hidden = browser.get(link)["Location"]
    numbers = count()

    def choose(window: Client) -> int:
        password = f"{BETTER} {next(numbers)}"
        return window.post(hidden, {"password": password, "again": password}).status_code

    assert sorted(at_once(browser, choose)) == [302, *[410] * 15]
    with acting_as_system():
        assert AuditEvent.objects.filter(event="person.password_changed").count() == 1


def test_asking_tells_nothing_and_does_the_same_for_everybody(alice: Member) -> None:
    from django.db import connection  # noqa: PLC0415

    answers: list[Any] = []
    new_browser().post("/accounts/password/forgotten/", {"email": "first@northwind.example"})
    resets.answer_resets()
    for email in ("alice@northwind.example", "nobody@northwind.example"):
        browser = new_browser()
        browser.get("/accounts/password/forgotten/")
        with CaptureQueriesContext(connection) as asked:
            answer = browser.post("/accounts/password/forgotten/", {"email": email})
        statements = [re.sub(r"s\d+_x\d+", "", query["sql"])[:40] for query in asked.captured_queries]
        answers.append((answer.status_code, answer["Location"], statements))
    assert answers[0] == answers[1]
    assert len({len(bytes(request.address)) for request in ResetRequest.objects.all()}) == 1
    assert (resets.answer_resets(), resets.answer_resets()) == (2, 0)
    assert [letter.to for letter in _sent()] == [["alice@northwind.example"]]


def test_wrong_and_unknown_sign_ins_hash_as_often(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher  # noqa: PLC0415

    alice.user.set_password(PASSWORD)
    alice.user.save()
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(*given: Any) -> str:
        hashed.append(given[1])
        return encode(*given)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for email in ("alice@northwind.example", "nobody@northwind.example"):
        hashed.clear()
        new_browser().post("/accounts/login/", {"login": email, "password": BETTER})
        counts.append(len(hashed))
    assert counts[0] == counts[1] == 1


def test_asking_too_often_is_slowed_down_with_a_page_that_says_so(alice: Member) -> None:
    browser = new_browser()
    answers = [browser.post("/accounts/password/forgotten/", {"email": alice.user.email}) for _ in range(7)]
    assert answers[0].status_code == 302
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()
    assert answers[-1]["Retry-After"]


def test_nobody_reads_who_asked(alice: Member) -> None:
    with acting(Scope.PUBLIC):
        resets.ask_reset("alice@northwind.example")
        assert ResetRequest.objects.count() == 0
    with acting(Scope.STAFF):
        assert ResetRequest.objects.count() == 0
    assert b"alice" not in bytes(ResetRequest.objects.get().address)


def test_one_s_own_password_is_changed_and_other_sessions_end(alice: Member, as_alice: Client) -> None:
    other = signed_in(alice.user)
    assert as_alice.post("/accounts/password/", {"password": BETTER, "again": BETTER}).status_code == 302
    assert (is_in(as_alice), is_in(other)) == (True, False)
    assert AuditEvent.objects.filter(event="person.password_changed", actor_id=alice.user_id).count() == 1


def test_one_password_sent_by_two_requests_is_changed_and_told_of_once(alice: Member) -> None:
    first, second = (User.objects.get(pk=alice.user_id) for _ in range(2))
    for user in (first, second):
        change_password(user, BETTER, by=user)
    assert first.password == second.password == User.objects.get(pk=alice.user_id).password
    assert AuditEvent.objects.filter(event="person.password_changed").count() == 1
    assert [letter.subject for letter in _sent()] == ["Your password was changed"]


def test_an_address_is_changed_once_its_code_was_typed_and_both_are_told(alice: Member, as_alice: Client) -> None:
    assert as_alice.post("/accounts/email/", {"email": "Al@northwind.example"}).status_code == 302
    (letter,) = _sent()
    assert letter.to == ["al@northwind.example"]
    code = re.search(r"^\d{8}$", letter.body, re.MULTILINE)
    assert code
    assert as_alice.post("/accounts/email/code/", {"code": "1"}).status_code == 422
    assert User.objects.get(pk=alice.user_id).email == "alice@northwind.example"
    assert as_alice.post("/accounts/email/code/", {"code": code[0]}).status_code == 302
    assert User.objects.get(pk=alice.user_id).email == "al@northwind.example"
    assert sorted(letter.to[0] for letter in _sent()) == ["al@northwind.example", "alice@northwind.example"]


def test_five_wrong_codes_end_a_change_of_address(as_alice: Client) -> None:
    as_alice.post("/accounts/email/", {"email": "al@northwind.example"})
    answers = [as_alice.post("/accounts/email/code/", {"code": "1"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [302]


def test_the_address_of_somebody_else_cannot_be_taken(alice: Member, bob: Member, as_alice: Client) -> None:
    as_alice.post("/accounts/email/", {"email": bob.user.email})
    code = re.search(r"^\d{8}$", _sent()[0].body, re.MULTILINE)
    assert code
    as_alice.post("/accounts/email/code/", {"code": code[0]})
    assert User.objects.get(pk=alice.user_id).email == "alice@northwind.example"


@pytest.mark.django_db(transaction=True)
def test_an_address_that_somebody_else_takes_at_the_same_moment_is_refused_as_ever() -> None:
    new = "al@northwind.example"
    with acting_as_system():
        alice, bob = (
            add_team_member(add_company(slug), name) for slug, name in (("northwind", "alice"), ("harbor", "bob"))
        )
    browser = signed_in(alice.user)
    browser.post("/accounts/email/", {"email": new})
    with acting_as_system():
        code = re.search(r"^\d{8}$", _sent()[0].body, re.MULTILINE)
    assert code

    def take() -> None:
        with acting_as_system(), transaction.atomic():
            change_email(bob.user, new, by=bob)
            taken.set()
            until_somebody_waits()

    taken = Event()
    with ThreadPoolExecutor(1) as threads:
        taking = threads.submit(in_thread, take)
        assert taken.wait(10)
        answer = browser.post("/accounts/email/code/", {"code": code[0]}, follow=True)
        taking.result()
    assert "This address cannot be used." in answer.content.decode()
    with acting_as_system():
        assert User.objects.get(pk=alice.user_id).email == "alice@northwind.example"
        assert not Letter.objects.filter(name="account_changed", user=alice.user_id).exists()
