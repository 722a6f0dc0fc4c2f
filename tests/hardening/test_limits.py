"""Limits of what is sent (ASVS 5.2.1) and of how often something is asked (ASVS 2.4.1)."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts.models import Letter, User
from audit.models import AuditEvent
from participants.models import Member
from tests.world import signed_in

pytestmark = pytest.mark.django_db


def _send(browser: Client, url: str, stated: int) -> int:
    return browser.post(
        url, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(stated)
    ).status_code


def test_v5_2_1_a_stranger_s_large_request_is_refused_unread(client: Client) -> None:
    assert _send(client, "/accounts/login/", settings.STRANGERS_MAX_BYTES + 1) == 413
    assert _send(client, "/signals/uploads/new/", settings.STRANGERS_MAX_BYTES + 1) == 413


def test_v5_2_1_only_an_upload_may_be_large(as_alice: Client) -> None:
    assert _send(as_alice, "/signals/lookup/", settings.REQUEST_MAX_BYTES + 1) == 413
    assert _send(as_alice, "/signals/uploads/new/", 2 * settings.UPLOAD_MAX_BYTES + 1) == 413


LIMITS = {
    **settings.ACCOUNT_RATE_LIMITS,
    "search": "2/m/user,3/m/key",
    "look_up": "1/h/user",
    "export": "1/h/user",
}


@override_settings(ACCOUNT_RATE_LIMITS=LIMITS)
def test_v2_4_1_searches_are_limited_by_person_and_by_company(alice: Member, amir: Member, bob: Member) -> None:
    one, colleague, other = signed_in(alice.user), signed_in(amir.user), signed_in(bob.user)
    url = "/signals/?kind=email"
    assert [one.get(url).status_code for _ in range(3)] == [200, 200, 429]
    assert [colleague.get(url).status_code for _ in range(2)] == [200, 429]
    assert other.get(url).status_code == 200
    assert one.get("/signals/").status_code == 200


@override_settings(ACCOUNT_RATE_LIMITS=LIMITS)
def test_v2_4_1_what_is_unusual_is_told_to_staff_once_and_without_a_value(as_alice: Client, sam: User) -> None:
    answers = [as_alice.post("/signals/lookup/", {"values": "mira@example.com"}).status_code for _ in range(3)]
    assert answers == [302, 429, 429]
    letter = Letter.objects.get(name="unusual_pace")
    assert letter.user == sam
    assert "look-ups" in letter.opened().text
    assert "mira" not in letter.opened().text
    assert AuditEvent.objects.filter(event="member.pace_passed").count() == 1
