"""Leaving: looked at first, confirmed by name, and then everything ends but the history."""

import pytest
from django.test import Client

from accounts.models import Session, User
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from participants.departing import effects_of_leaving
from participants.lifecycle import IllegalMove, ReasonNeeded
from participants.models import Member, Participant, ParticipantState, SharingGroupPermission
from participants.services import default_group, offboard
from reviews import claims
from reviews.models import Review
from reviews.routing import route
from signals import departures
from signals.departures import withdraw_departed, withdraw_slice
from signals.models import Contribution, Signal
from signals.sharing import share_signals
from tests.world import add_company, add_team_member, new_browser, row, share, signed_in


def _share_many(by: Member, number: int) -> None:
    rows = [row(value=f"person{each}@example.com") for each in range(number)]
    share_signals(rows, group=default_group(by=PORTAL), by=by)


@pytest.mark.django_db
def test_the_preview_counts_and_changes_nothing(alice: Member, bob: Member, as_alice: Client, as_sam: Client) -> None:
    share(alice, value="a@example.com")
    share(alice, value="b@example.com")
    share(bob, value="c@example.com")
    route()
    assert claims.claim_next(by=alice)
    before = AuditEvent.objects.latest("id").pk
    effects = {effect.label: effect.count for effect in effects_of_leaving(alice.participant)}
    assert effects == {
        "Accounts of its people": 3,
        "Sessions": 1,
        "Sharing groups": 1,
        "Contributions in force": 2,
        "Uploads on their way": 0,
        "Reviews its people hold": 1,
    }
    page = as_sam.get(f"/admin/participants/participant/{alice.participant_id}/leave/").content.decode()
    for label in effects:
        assert label in page
    assert AuditEvent.objects.latest("id").pk == before
    assert as_alice.get("/signals/").status_code == 200


@pytest.mark.django_db
def test_leaving_ends_everything_and_keeps_the_history(
    alice: Member, bob: Member, as_alice: Client, as_bob: Client, sam: User
) -> None:
    own = share(alice, value="a@example.com")
    both = share(alice, value="b@example.com", severity="critical")
    share(bob, value="b@example.com", severity="low")
    share(bob, value="c@example.com")
    route()
    held = claims.claim_next(by=alice)
    assert held is not None
    events = AuditEvent.objects.filter(participant_id=alice.participant_id).count()
    offboard(alice.participant, by=sam, reason="The service was closed down.")
    assert as_alice.get("/signals/")["Location"].startswith("/accounts/login/")
    assert Session.objects.count() == 1
    assert not User.objects.filter(member__participant=alice.participant, is_active=True).exists()
    assert not SharingGroupPermission.objects.filter(group=alice.participant.auth_group).exists()
    assert Review.objects.get(pk=held.pk).holder_id is None
    assert withdraw_departed() == 2
    assert withdraw_departed() == 0
    assert {each.state for each in Contribution.objects.filter(participant=alice.participant)} == {"withdrawn"}
    assert as_bob.get(f"/signals/{own.pk}/").status_code == 404
    assert as_bob.get(f"/signals/{both.pk}/").status_code == 200
    left = {signal.pk: (signal.contributor_count, signal.severity) for signal in Signal.objects.all()}
    assert left[both.pk] == (1, 1)
    assert left[own.pk][0] == 0
    assert AuditEvent.objects.filter(participant_id=alice.participant_id).count() >= events
    withdrawn = AuditEvent.objects.get(event="contribution.withdrawn")
    assert withdrawn.details == {"participant": "northwind", "rows": 2, "why": "participant_left"}
    with pytest.raises(IllegalMove):
        offboard(alice.participant, by=sam, reason="again")


@pytest.mark.django_db
def test_it_goes_on_where_a_worker_died(alice: Member, sam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of two. The second one's worker dies before it commits; the next run takes up what is left."""
    _share_many(alice, 7)
    offboard(alice.participant, by=sam, reason="a reason")
    monkeypatch.setattr(departures, "SLICE", 2)
    assert withdraw_slice(alice.participant) == 2
    with pytest.raises(ConnectionError), acting_as_system():
        assert withdraw_slice(alice.participant) == 2
        raise ConnectionError
    assert Contribution.objects.in_force().count() == 5
    assert Signal.objects.filter(contributor_count=0).count() == 2
    assert withdraw_departed() == 5
    assert not Contribution.objects.in_force().exists()
    assert not Signal.objects.filter(contributor_count__gt=0).exists()
    assert sum(event.details["rows"] for event in AuditEvent.objects.filter(event="contribution.withdrawn")) == 7


@pytest.mark.django_db
def test_it_is_confirmed_by_its_slug_and_needs_a_reason(as_sam: Client, alice: Member, sam: User) -> None:
    url = f"/admin/participants/participant/{alice.participant_id}/leave/"
    for typed in ({"slug": "harbor", "reason": "a reason"}, {"slug": "northwind"}, {"reason": "a reason"}):
        assert as_sam.post(url, typed).status_code == 422
    with pytest.raises(ReasonNeeded):
        offboard(alice.participant, by=sam, reason=" ")
    assert Participant.objects.get(pk=alice.participant_id).is_active
    assert as_sam.post(url, {"slug": "northwind", "reason": "Closed down."}).status_code == 302
    assert Participant.objects.get(pk=alice.participant_id).state == ParticipantState.LEFT
    assert signed_in(sam).post(url, {"slug": "northwind", "reason": "Again."}, follow=True).status_code == 200


@pytest.mark.django_db
def test_nobody_else_can_end_it(alice: Member, lena: Member, ada: User) -> None:
    url = f"/admin/participants/participant/{alice.participant_id}/leave/"
    typed = {"slug": "northwind", "reason": "a reason"}
    for user in (alice.user, lena.user, ada):
        assert signed_in(user).post(url, typed).status_code == 404
    assert new_browser().post(url, typed).status_code == 302
    assert Participant.objects.get(pk=alice.participant_id).is_active


@pytest.mark.django_db(transaction=True)
def test_a_departure_that_fails_half_way_has_changed_nothing() -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        share(alice)
    with pytest.raises(RuntimeError), acting_as_system():
        offboard(alice.participant, by=PORTAL, reason="a reason")
        raise RuntimeError
    with acting_as_system():
        assert Participant.objects.get().is_active
        assert User.objects.filter(is_active=True).count() == 3
        assert SharingGroupPermission.objects.count() == 2
    assert withdraw_departed() == 0
