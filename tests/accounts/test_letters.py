"""Letters: written with the change, sent after it, once; read by nobody but the person they are for."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts import post
from accounts.letters import OPTIONAL, Topic, render_letter
from accounts.models import Letter, RefusedTopic, User
from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from tests.at_once import in_thread, until_somebody_waits
from tests.world import add_company, add_team_member, new_browser, signed_in

pytestmark = pytest.mark.django_db

SAID = {"what": "Your password was changed", "detail": "It happened just now."}


def _write(to: User | None = None, topic: Topic = Topic.SECURITY, address: str = "") -> Letter | None:
    return post.write_letter("account_changed", topic=topic, to=to, address=address, context=SAID)


def test_a_letter_is_sent_once_however_often_the_task_runs(alice: Member) -> None:
    assert _write(alice.user) is not None
    assert (post.send_due(), post.send_due()) == (1, 0)
    message: Any = mail.outbox[0]
    assert len(mail.outbox) == 1
    assert message.to == ["alice@northwind.example"]
    assert message.subject == "Your password was changed"
    assert "\n" not in message.subject
    assert "It happened just now." in message.body
    assert "It happened just now." in str(message.alternatives[0])
    assert Letter.objects.get().sent_at is not None


def test_a_letter_that_is_not_taken_is_tried_again_and_in_the_end_given_up(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise ConnectionRefusedError("alice@northwind.example")

    _write(alice.user)
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    for attempt in range(1, post.MOST_ATTEMPTS + 1):
        Letter.objects.update(try_after=timezone.now())
        assert post.send_due() == 0
        assert Letter.objects.get().attempts == attempt
        assert post.send_due() == 0, "it waits"
        assert Letter.objects.get().attempts == attempt
    assert Letter.objects.get().gave_up_at is not None
    monkeypatch.undo()
    Letter.objects.update(try_after=timezone.now())
    assert post.send_due() == 0


def test_the_log_names_no_address(
    alice: Member, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise ConnectionRefusedError("alice@northwind.example")

    _write(alice.user)
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    post.send_due()
    assert "was not taken" in caplog.text
    assert "alice" not in caplog.text


@pytest.mark.parametrize("error", [UnicodeError, ValueError, LookupError, RuntimeError])
def test_a_letter_that_cannot_be_sent_holds_up_no_other(
    error: type[Exception], alice: Member, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = _write(address="a@northwind.example"), _write(alice.user)
    assert first is not None
    assert second is not None

    def refuse(message: Any) -> None:
        if message.to == ["a@northwind.example"]:
            raise error("a@northwind.example")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    assert post.send_due() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attempts, first.sent_at, second.attempts, second.sent_at is not None) == (1, None, 1, True)
    assert first.try_after > timezone.now()
    assert f"({error.__name__})" in caplog.text
    assert "a@northwind" not in caplog.text


def test_a_letter_to_what_is_no_address_is_given_up_in_the_end(alice: Member) -> None:
    _write(address="a@ı" + "a" * 60 + ".com")
    for _ in range(post.MOST_ATTEMPTS):
        Letter.objects.update(try_after=timezone.now())
        assert post.send_due() == 0
    assert Letter.objects.get().gave_up_at is not None


def test_address_and_text_are_sealed(alice: Member) -> None:
    letter = _write(address="new@northwind.example")
    assert letter is not None
    letter.refresh_from_db()
    assert b"new@" not in bytes(letter.address)
    assert b"password" not in bytes(letter.body)
    assert letter.opened_address() == "new@northwind.example"
    assert letter.opened() == render_letter("account_changed", {"person": None, **SAID})


@pytest.mark.parametrize("scope", [Scope.PUBLIC, Scope.USER, Scope.MEMBER, Scope.STAFF])
def test_anybody_who_acts_may_write_and_nobody_but_the_portal_reads(alice: Member, scope: Scope) -> None:
    with acting(scope, participant_id=alice.participant_id, user_id=alice.user_id):
        assert _write(alice.user) is not None
        assert Letter.objects.count() == 0
        assert Letter.objects.all()._raw_delete("default") == 0
        assert Letter.objects.update(attempts=0) == 0
    assert Letter.objects.count() == 1


def test_refused_topics_do_not_come_and_security_always_does(alice: Member, as_alice: Client) -> None:
    page = as_alice.get("/accounts/letters/choices/")
    assert page.status_code == 200
    assert as_alice.post("/accounts/letters/choices/", {"topics": ["programme"]}).status_code == 302
    assert [_write(alice.user, topic) is not None for topic in (Topic.SECURITY, Topic.PROGRAMME, Topic.WORK)] == [
        True,
        True,
        False,
    ]
    assert as_alice.post("/accounts/letters/choices/", {"topics": ["security"]}).status_code == 200
    assert (
        as_alice.post("/accounts/letters/choices/", {"topics": [topic.value for topic in OPTIONAL]}).status_code == 302
    )
    assert _write(alice.user, Topic.WORK) is not None
    assert AuditEvent.objects.filter(event="person.letters_chosen", actor_id=alice.user_id).count() == 2


def test_a_choice_that_is_made_already_is_no_other(alice: Member) -> None:
    for wanted in ([Topic.WORK], [Topic.WORK], OPTIONAL, OPTIONAL):
        post.choose_topics(alice.user, wanted=wanted, by=alice)
    assert AuditEvent.objects.filter(event="person.letters_chosen").count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_choices_at_once_the_later_holds() -> None:
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia")
    browser, chosen = signed_in(mia.user), Event()

    def choose_first() -> None:
        with acting_as_system(), transaction.atomic():
            post.choose_topics(mia.user, wanted=[Topic.INVITATION], by=mia)
            chosen.set()
            until_somebody_waits()

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(in_thread, choose_first)
        assert chosen.wait(10)
        answer = browser.post("/accounts/letters/choices/", {"topics": ["programme", "invitation"]})
        first.result()
    assert answer.status_code == 302
    with acting_as_system():
        assert [each.topic for each in RefusedTopic.objects.filter(user=mia.user)] == [Topic.WORK]


def test_the_database_refuses_to_switch_security_off(alice: Member) -> None:
    with pytest.raises(IntegrityError, match="security_letters_are_not_refused"), transaction.atomic():
        RefusedTopic.objects.create(user=alice.user, topic=Topic.SECURITY)


def test_letters_are_shown_in_a_demo_installation_only(alice: Member) -> None:
    letter = _write(alice.user)
    assert letter is not None
    pages = ["/accounts/letters/", f"/accounts/letters/{letter.pk}/"]
    with override_settings(DEMO=False):
        assert [new_browser().get(page).status_code for page in pages] == [404, 404]
    with override_settings(DEMO=True):
        for page in pages:
            content = new_browser().get(page).content.decode()
            assert "Your password was changed" in content


def test_without_a_mail_server_letters_are_files_for_their_owner_alone(alice: Member, tmp_path: Path) -> None:
    letter = _write(alice.user)
    assert letter is not None
    folder = tmp_path / "letters"
    with override_settings(EMAIL_BACKEND="lantern.lib.letter_files.EmailBackend", LETTERS_DIR=folder):
        assert post.send_due() == 1
    (file,) = folder.iterdir()
    assert file.name == f"{letter.pk}.eml"
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    assert b"alice@northwind.example" in file.read_bytes()


def test_old_letters_go(alice: Member) -> None:
    _write(alice.user)
    post.send_due()
    assert post.clear_old() == 0
    Letter.objects.update(sent_at=timezone.now() - post.KEPT * 1.1)
    assert (post.clear_old(), post.clear_old()) == (1, 0)
