"""What staff can do to participants, members and groups, and what is written down."""

from datetime import date

import pytest

from accounts.models import User
from accounts.services import EmailTaken, add_person
from audit.models import AuditEvent
from audit.record import PORTAL
from participants.models import Member, Participant, ParticipantState, Role
from participants.policies import Action, can
from participants.services import (
    AlreadyMember,
    add_group,
    add_member,
    add_participant,
    default_group,
    join_group,
    leave_group,
    move_participant,
)
from tests.world import add_company, add_team_member, bring_to

pytestmark = pytest.mark.django_db


def _events() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("event", flat=True))


def test_a_new_participant_has_applied_and_may_nothing() -> None:
    company = add_participant("northwind", name="Northwind", by=PORTAL)
    assert (company.state, company.active_since, company.is_active) == ("applied", None, False)
    assert _events() == ["participant.added"]


def test_becoming_active_joins_the_default_group(sam: User) -> None:
    company = bring_to(add_company("northwind", active=False), ParticipantState.TRAINING)
    for name, role in (("ida", Role.ADMIN), ("finn", Role.ANALYST)):
        add_team_member(company, name, role)
    default_group(by=PORTAL)
    before = len(_events())
    move_participant(company, to=ParticipantState.ACTIVE, by=sam, active_since=date(2025, 3, 1))
    assert _events()[before:] == ["participant.moved", "sharing_group.joined"]
    moved = AuditEvent.objects.filter(event="participant.moved").latest("id")
    assert (moved.actor_id, moved.details) == (sam.pk, {"before": "training", "after": "active"})
    move_participant(company, to=ParticipantState.SUSPENDED, by=sam, reason="a reason")
    assert _events()[-1] == "participant.moved"
    move_participant(company, to=ParticipantState.ACTIVE, by=sam, reason="a reason", active_since=date(2026, 3, 1))
    assert Participant.objects.get(pk=company.pk).active_since == date(2025, 3, 1)


def test_joining_and_leaving_a_group(alice: Member, harbor: Participant) -> None:
    group = add_group("pair", name="Pair", by=PORTAL)
    assert not can(alice, Action.VIEW_SIGNALS, group)
    join_group(alice.participant, group, by=PORTAL)
    join_group(alice.participant, group, by=PORTAL)
    assert can(alice, Action.SHARE_SIGNALS, group)
    leave_group(alice.participant, group, by=PORTAL)
    assert not can(alice, Action.VIEW_SIGNALS, group)
    assert not can(alice, Action.SHARE_SIGNALS, group)
    assert can(alice, Action.SHARE_SIGNALS, default_group(by=PORTAL))
    assert _events()[-4:] == [
        "sharing_group.added",
        "sharing_group.joined",
        "sharing_group.joined",
        "sharing_group.left",
    ]


def test_nobody_is_a_member_twice_or_of_the_coalition_too(alice: Member, harbor: Participant, sam: User) -> None:
    for person in (alice.user, sam):
        with pytest.raises(AlreadyMember):
            add_member(harbor, person, role=Role.ANALYST, by=PORTAL)
    assert set(Member.objects.filter(participant=harbor).values_list("user__name", flat=True)) == {"Ida", "Finn"}


def test_an_address_is_one_person_in_any_case(alice: Member) -> None:
    with pytest.raises(EmailTaken):
        add_person("ALICE@northwind.example", name="A", password=None, by=PORTAL)


def test_each_service_writes_its_one_event(sam: User) -> None:
    company = add_company("northwind")
    before = len(_events())
    person = add_person("noor@northwind.example", name="Noor", password=None, by=sam)
    add_member(company, person, role=Role.LEAD, by=sam)
    add_group("pair", name="Pair", by=sam)
    assert _events()[before:] == ["person.added", "member.added", "sharing_group.added"]
    assert set(AuditEvent.objects.order_by("-id")[:3].values_list("actor_id", "participant_id")) == {(sam.pk, None)}
