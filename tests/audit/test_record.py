"""Writing down what happened."""

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from accounts.models import User
from audit.events import Event
from audit.models import AuditEvent
from audit.record import PORTAL, record
from lantern.lib.tenancy import Scope, acting
from participants.models import Member, Participant

pytestmark = pytest.mark.django_db


def test_an_event_says_who_what_and_about_what(alice: Member) -> None:
    record(Event.SIGNAL_REVEALED, alice.participant, by=alice, kind="email", numbers={"a": 1}, names=["b"])
    event = AuditEvent.objects.order_by("-id")[0]
    assert (event.event, event.actor_id, event.participant_id) == (
        "signal.revealed",
        alice.user_id,
        alice.participant_id,
    )
    assert (event.target_type, event.target_id) == ("participants.participant", str(alice.participant_id))
    assert event.details == {"kind": "email", "numbers": {"a": 1}, "names": ["b"]}


def test_staff_and_the_portal_act_for_nobody(sam: User) -> None:
    record(Event.REVIEWS_ROUTED, Participant, by=PORTAL)
    record(Event.GROUP_ADDED, sam, by=sam)
    portal, staff = AuditEvent.objects.order_by("id").filter(event__in=["review.routed", "sharing_group.added"])
    assert (portal.actor_id, portal.participant_id, portal.target_id) == (None, None, "")
    assert (staff.actor_id, staff.participant_id) == (sam.pk, None)


def test_an_event_goes_with_the_change_it_tells_of(alice: Member) -> None:
    before = AuditEvent.objects.count()
    with pytest.raises(KeyError), transaction.atomic():
        record(Event.MEMBER_CHANGED, alice, by=alice)
        raise KeyError
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("scope", [Scope.PUBLIC, Scope.USER, Scope.MEMBER, Scope.STAFF])
def test_whoever_acts_may_write_but_not_change(alice: Member, scope: Scope) -> None:
    before = AuditEvent.objects.count()
    with acting(scope):
        record(Event.SIGNED_OUT, alice.user, by=alice.user)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AuditEvent.objects.update(event="nothing")
    assert AuditEvent.objects.count() == before + 1


def test_events_are_named_once_and_fit() -> None:
    values = [event.value for event in Event]
    assert len(values) == len(set(values))
    assert max(map(len, values)) <= 64
