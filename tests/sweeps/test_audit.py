"""Each service leaves exactly one event, every event is left by one, and nothing that is written down names a value."""

import logging

import pytest
from django.test import Client

from audit.events import Event
from audit.models import AuditEvent
from lantern.installation.folders import PROJECT
from participants.models import Member
from reviews.models import Review
from reviews.routing import route
from signals.error_file import error_file
from signals.models import Signal
from tests.signals.files import as_file
from tests.sweeps.acts import ACTS, BY_THE_PORTAL
from tests.world import upload

pytestmark = pytest.mark.django_db

# What no service leaves by itself, but a request or a command: the tests in which it does.
ELSEWHERE = {
    Event.SIGNED_IN: "accounts/test_sign_in.py",
    Event.SIGNED_OUT: "accounts/test_sign_in.py",
    Event.SESSION_RAN_OUT: "accounts/test_sessions.py",
    Event.FACTOR_CONFIRMED: "accounts/test_sessions.py",
    Event.PARTICIPANTS_EXPORTED: "participants/test_admin.py",
    Event.GROUP_CHANGED: "participants/test_admin.py",
    Event.INVITATION_ACCEPTED: "participants/test_invitations.py",
    Event.PACE_PASSED: "hardening/test_limits.py",
    Event.UPLOAD_ERRORS_DOWNLOADED: "signals/test_uploads.py",
    Event.HOLDS_EXPORTED: "signals/test_finding_pages.py",
    Event.FINGERPRINTS_RENAMED: "contracts/test_keys.py",
    Event.SEAL_KEY_RETIRED: "contracts/test_keys.py",
}


@pytest.mark.parametrize("name", ACTS)
def test_a_service_leaves_its_events_and_no_other(name: str, alice: Member, bob: Member) -> None:
    plant, act, events = ACTS[name]
    planted = plant(alice, bob)
    before = AuditEvent.objects.order_by("-id").values_list("id", flat=True)[0]
    act(planted, bob)
    written = AuditEvent.objects.filter(id__gt=before).order_by("id")
    assert [event.event for event in written] == events
    # What somebody chose for oneself is written down without a name.
    person = None if name in BY_THE_PORTAL else bob.user_id
    assert {event.actor_id for event in written} == {person, *([None] if name == "sign_off" else [])}


def test_every_event_is_left_by_something_that_a_test_does() -> None:
    by_services = {event for _, _, events in ACTS.values() for event in events}
    assert {event.value for event in Event} == by_services | {event.value for event in ELSEWHERE}
    named = {event: (PROJECT / "tests" / path).read_text(encoding="utf-8") for event, path in ELSEWHERE.items()}
    assert [
        event for event, text in named.items() if f'"{event.value}"' not in text and f"'{event.value}'" not in text
    ] == []


def test_no_value_is_written_down_logged_or_put_into_an_address(
    alice: Member, bob: Member, as_alice: Client, as_bob: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """One planted word in every value, note and reference, and the whole way of a signal."""
    caplog.set_level(logging.DEBUG)
    word = "zyxplanted"
    addresses = [f"{word}@example.com", f"{word}2@example.com"]
    typed = {"kind": "email", "value": addresses[0], "harm_types": ["grooming"], "attested": "on"}
    led = [as_alice.post("/signals/new/", {**typed, "incident": word, "note": word})]
    rows = [["email", addresses[1], "grooming", word], ["email", f"{word} broken", "other", word]]
    found = upload(alice, as_file(["kind", "value", "harm_types", "note"], *rows), share=True)
    led.append(as_alice.post(f"/signals/uploads/{found.pk}/errors.csv"))
    assert word in "".join(error_file(found))
    route()
    pages = ["/", "/signals/", "/reviews/", f"/signals/uploads/{found.pk}/", "/signals/uploads/"]
    for review in Review.objects.filter(participant=bob.participant):
        led.append(as_bob.post(f"/reviews/{review.pk}/claim/"))
        pages.append(f"/reviews/{review.pk}/")
    for browser in (as_alice, as_bob):
        for url in pages:
            content = browser.get(url).content.decode()
            assert not any(address in content for address in addresses), url
    led.append(as_bob.post("/signals/lookup/", {"values": "\n".join(addresses)}))
    pages.append(led[-1]["Location"])
    pages += [f"/signals/{signal.pk}/" for signal in Signal.objects.all()]
    for url in pages:
        content = as_bob.get(url).content.decode()
        assert not any(address in content for address in addresses), url
    for signal in Signal.objects.all():
        assert word in as_bob.post(f"/signals/{signal.pk}/reveal/").content.decode()
    assert not [answer["Location"] for answer in led if word in answer.headers.get("Location", "")]
    assert not [event.details for event in AuditEvent.objects.all() if word in str(event.details)]
    assert not [
        entry for entry in caplog.records if word in entry.getMessage() and not entry.name.startswith("django.db")
    ]
