"""Above a number of rows a second person agrees first: who asks, who decides, and what the database refuses."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from accounts.models import Letter
from audit.models import AuditEvent
from participants.models import Member
from signals.approving import ReasonMissing, SamePerson, approve, ask_approval, decline
from signals.models import Contribution, Upload
from signals.uploads import NotReady, cancel_upload, confirm_upload, work_on
from tests.signals.files import as_file
from tests.world import add_team_member, signed_in, upload

pytestmark = pytest.mark.django_db

FILE = as_file(["kind", "value", "harm_types"], *[["email", f"p{n}@example.com", "grooming"] for n in range(3)])


@pytest.fixture(autouse=True)
def a_small_limit(settings: Settings) -> None:
    """Three rows are too many for one person."""
    settings.UPLOAD_APPROVAL_ROWS = 2


@pytest.fixture
def waiting(alice: Member, amir: Member) -> Upload:
    """Alice asked; Amir is there to answer."""
    found = upload(alice, FILE)
    ask_approval(found, by=alice)
    return Upload.objects.get(pk=found.pk)


def _now(found: Upload) -> Upload:
    work_on(found.pk)
    return Upload.objects.get(pk=found.pk)


def test_a_large_upload_is_not_shared_by_one_person(alice: Member, as_alice: Client) -> None:
    found = upload(alice, FILE)
    assert (found.state, found.needs_approval) == ("ready", True)
    with pytest.raises(NotReady):
        confirm_upload(found, by=alice)
    page = as_alice.get(f"/signals/uploads/{found.pk}/").content.decode()
    assert "Ask a second person" in page
    assert "Share 3 signals" not in page
    as_alice.post(f"/signals/uploads/{found.pk}/share/")
    assert (_now(found).state, Contribution.objects.count()) == ("ready", 0)


def test_a_small_upload_asks_nobody(alice: Member, settings: Settings) -> None:
    settings.UPLOAD_APPROVAL_ROWS = 3
    found = upload(alice, FILE)
    assert not found.needs_approval
    with pytest.raises(NotReady):
        ask_approval(found, by=alice)
    confirm_upload(found, by=alice)
    assert _now(found).state == "done"


def test_a_second_person_agrees_and_it_is_shared(waiting: Upload, amir: Member, as_alice: Client) -> None:
    colleague = signed_in(amir.user)
    url = f"/signals/uploads/{waiting.pk}/"
    assert "Agree and share 3 signals" in colleague.get(url).content.decode()
    own = as_alice.get(url).content.decode()
    assert "Agree and share" not in own
    assert "Somebody else at your company decides" in own
    assert colleague.post(f"{url}agree/").status_code == 302
    done = _now(waiting)
    assert (done.state, done.decided_by, Contribution.objects.in_force().count()) == ("done", amir, 3)
    events = AuditEvent.objects.filter(event__startswith="upload.appro").order_by("id")
    assert [(event.event, event.details) for event in events] == [
        ("upload.approval_asked", {"rows": 3}),
        ("upload.approved", {"rows": 3}),
    ]


def test_nobody_is_a_second_person_to_oneself(
    waiting: Upload, alice: Member, amir: Member, as_alice: Client, as_bob: Client
) -> None:
    for act in (approve, lambda found, by: decline(found, "no", by=by)):
        with pytest.raises(SamePerson):
            act(waiting, by=alice)
    page = as_alice.post(f"/signals/uploads/{waiting.pk}/agree/", follow=True)
    assert "A second person decides" in page.content.decode()
    assert as_bob.post(f"/signals/uploads/{waiting.pk}/agree/").status_code == 404
    assert _now(waiting).state == "waiting"


def test_who_asked_for_somebody_else_s_file_does_not_decide_either(alice: Member, amir: Member, lena: Member) -> None:
    found = upload(alice, FILE)
    ask_approval(found, by=amir)
    for first in (alice, amir):
        with pytest.raises(SamePerson):
            approve(found, by=first)
    approve(found, by=lena)
    assert _now(found).state == "done"


def test_the_database_refuses_it_too(waiting: Upload, alice: Member) -> None:
    shared = {"state": "applying", "confirmed_at": Now()}
    for change in ({"decided_by": alice}, shared, {**shared, "decided_by": alice}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Upload.objects.filter(pk=waiting.pk).update(**change)


def test_it_is_declined_with_a_reason_and_asked_for_again(
    waiting: Upload, alice: Member, amir: Member, as_alice: Client
) -> None:
    colleague = signed_in(amir.user)
    url = f"/signals/uploads/{waiting.pk}/"
    assert colleague.post(f"{url}decline/", {"words": " "}).status_code == 422
    with pytest.raises(ReasonMissing):
        decline(waiting, " ", by=amir)
    assert colleague.post(f"{url}decline/", {"words": "wrong month"}).status_code == 302
    found = _now(waiting)
    assert (found.state, found.shown_declined_words) == ("ready", "wrong month")
    assert b"wrong month" not in bytes(found.declined_words or b"")
    assert "wrong month" in as_alice.get(url).content.decode()
    assert "wrong month" not in str([event.details for event in AuditEvent.objects.all()])
    with pytest.raises(NotReady):
        approve(found, by=amir)
    ask_approval(found, by=alice)
    approve(found, by=amir)
    assert _now(found).state == "done"


def test_what_is_cancelled_is_not_agreed_to(waiting: Upload, alice: Member, amir: Member) -> None:
    cancel_upload(waiting, by=alice)
    with pytest.raises(NotReady):
        approve(waiting, by=amir)
    assert (_now(waiting).state, Contribution.objects.count()) == ("cancelled", 0)


def test_the_letters_name_no_file_and_go_to_those_who_may_decide(
    alice: Member, amir: Member, bob: Member, lena: Member
) -> None:
    untrained = add_team_member(alice.participant, "uma", trained=False)
    found = upload(alice, FILE)
    ask_approval(found, by=alice)
    asked = Letter.objects.filter(name="upload_waiting")
    people = {letter.user_id for letter in asked}
    assert {amir.user_id, lena.user_id} <= people
    assert not people & {alice.user_id, bob.user_id, untrained.user_id}
    decline(found, "not now", by=amir)
    letters = [*asked, *Letter.objects.filter(name="upload_decided")]
    assert Letter.objects.get(name="upload_decided").user_id == alice.user_id
    for letter in letters:
        text = letter.opened().text
        assert f"/signals/uploads/{found.pk}/" in text
        assert not any(word in text for word in ("signals.csv", "example.com", "not now"))


def test_who_runs_the_command_asks_nobody(alice: Member) -> None:
    done = upload(alice, FILE, share=True)
    assert (done.state, done.needs_approval) == ("done", False)
