"""What a person is told on the page and by digest, and what they need not be told."""

import pytest
from django.test import Client

from accounts.models import Letter
from lantern.lib.tenancy import Scope, acting
from participants.models import Member
from reviews import notifying
from reviews.models import Feedback, Notification
from reviews.threads import write
from tests.reviews.following import decide, send
from tests.world import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_sample")]


def test_notifications_are_ones_own_and_are_read_once(
    asked: Feedback, alice: Member, amir: Member, as_alice: Client
) -> None:
    assert "Notifications (1)" in as_alice.get("/").content.decode()
    note = Notification.objects.get()
    with acting(Scope.MEMBER, participant_id=amir.participant_id, user_id=amir.user_id):
        assert not Notification.objects.exists()
    assert signed_in(amir.user).post(f"/reviews/notifications/{note.pk}/follow/").status_code == 404
    answer = as_alice.post(f"/reviews/notifications/{note.pk}/follow/")
    assert answer["Location"] == f"/reviews/feedback/{asked.pk}/"
    assert "Notifications (" not in as_alice.get("/").content.decode()


def test_all_are_marked_as_read(asked: Feedback, as_alice: Client) -> None:
    as_alice.post("/reviews/notifications/read/")
    assert not Notification.objects.unread().exists()


def test_what_one_does_not_want_is_not_told(alice: Member, bob: Member, as_alice: Client) -> None:
    as_alice.post("/reviews/notifications/choices/", {"wanted": ["message"], "digest": "never"})
    decide(bob, alice)
    send()
    assert Feedback.objects.count() == 1
    assert not Notification.objects.exists()


def test_a_digest_counts_once_and_holds_no_identifier(asked: Feedback, alice: Member, bob: Member) -> None:
    write(asked.pk, "Which service?", by=bob)
    write(asked.pk, "And since when?", by=bob)
    assert notifying.write_digests() == 1
    assert notifying.write_digests() == 0
    rendered = Letter.objects.get(name="work_digest", user=alice.user).opened()
    assert "Another company gave feedback" in rendered.text
    assert "mira" not in rendered.text + rendered.html
    assert "Which service" not in rendered.text + rendered.html
    decide(bob, alice, value="later@example.com")
    send()
    assert notifying.write_digests() == 0
    Notification.objects.filter(mailed_at__isnull=False).update(mailed_at="2020-01-01T00:00:00Z")
    assert notifying.write_digests() == 1


def test_those_who_want_none_do_not_keep_a_digest_from_others(
    asked: Feedback, as_alice: Client, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_alice.post("/reviews/notifications/choices/", {"wanted": ["feedback"], "digest": "never"})
    notifying.notify([bob], "touched", asked.pk)
    assert Notification.objects.unread().values("user").distinct().count() == 2
    monkeypatch.setattr(notifying, "SLICE", 1)
    assert notifying.write_digests() == 1
    assert Letter.objects.get(name="work_digest").user == bob.user


def test_who_wants_no_digest_gets_none(asked: Feedback, as_alice: Client) -> None:
    as_alice.post("/reviews/notifications/choices/", {"wanted": ["feedback"], "digest": "never"})
    assert notifying.write_digests() == 0
    assert not Letter.objects.filter(name="work_digest").exists()
