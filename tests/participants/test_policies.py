"""Who may: one answer, however it is asked."""

from itertools import product

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import CoalitionRole, User
from audit.record import PORTAL
from participants.models import Member, Participant, ParticipantState, Role, SharingGroup, SharingGroupPermission
from participants.policies import (
    GRANTS,
    GROUP_PERMISSION,
    NEEDS_TRAINING,
    STATES,
    WORKING,
    Action,
    can,
    groups_for,
    readers_of,
    rights_asked_once,
)
from participants.services import default_group, join_group
from tests.world import add_closed_group, add_company, add_team_member, bring_to

pytestmark = pytest.mark.django_db

STANDINGS = list(product(Role, ParticipantState, (False, True)))


@pytest.mark.parametrize(("role", "state", "receive_only"), STANDINGS)
def test_can_and_groups_for_agree(harbor: Participant, role: Role, state: ParticipantState, receive_only: bool) -> None:
    company = bring_to(add_company("northwind", active=False, receive_only=receive_only), state)
    member = add_team_member(company, "ana", role)
    own, foreign = add_closed_group("own", company), add_closed_group("foreign", harbor)
    member = Member.objects.select_related("participant", "user").get(pk=member.pk)
    for action in Action:
        allowed = set(groups_for(member, action))
        assert {group for group in SharingGroup.objects.all() if can(member, action, group)} == allowed or (
            action not in GROUP_PERMISSION
        )
        shares = action in (Action.SHARE_SIGNALS, Action.UPLOAD_SIGNALS)
        wanted = state in STATES.get(action, WORKING) and role in GRANTS[action] and not (shares and receive_only)
        assert can(member, action) == wanted, action
        if action in GROUP_PERMISSION:
            assert allowed == ({own, default_group(by=PORTAL)} if wanted else set())
            assert foreign not in allowed


def _rights(member: Member, groups: list[SharingGroup]) -> list[object]:
    return [
        (can(member, action), [can(member, action, group) for group in groups], list(groups_for(member, action)))
        for action in Action
    ]


def test_asked_once_is_asked_the_same(
    alice: Member, bob: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    groups = [add_closed_group("own", alice.participant), add_closed_group("foreign", bob.participant)]
    uma = add_team_member(bob.participant, "uma", trained=False)
    everybody = [
        Member.objects.select_related("user", "participant__auth_group").get(pk=each.pk) for each in (alice, bob, uma)
    ]
    afresh = [_rights(member, groups) for member in everybody]
    with rights_asked_once():
        assert [_rights(member, groups) for member in everybody] == afresh
        with django_assert_max_num_queries(0):
            assert can(everybody[0], Action.DECIDE)
            assert can(everybody[0], Action.DECIDE, groups[0])


def test_what_is_remembered_ends_with_the_block(alice: Member) -> None:
    with rights_asked_once():
        assert can(alice, Action.DECIDE)
        SharingGroupPermission.objects.all().delete()
        assert can(alice, Action.DECIDE)
    assert not can(alice, Action.DECIDE)


@pytest.mark.parametrize("role", Role)
def test_an_untrained_member_may_do_nothing_with_signals_in_it(northwind: Participant, role: Role) -> None:
    trained = add_team_member(northwind, "tess", role)
    untrained = add_team_member(northwind, "uma", role, trained=False)
    lost = {action for action in Action if can(trained, action) and not can(untrained, action)}
    assert lost == {action for action in NEEDS_TRAINING if can(trained, action)}
    assert {action for action in Action if can(untrained, action)} >= {Action.OPEN_WORK, Action.OPEN_TRAINING}
    assert not any(groups_for(untrained, action).exists() for action in Action)


@pytest.mark.parametrize("lost", ["member", "person"])
def test_a_member_that_is_not_active_may_nothing(alice: Member, lost: str) -> None:
    if lost == "member":
        alice.is_active = False
    else:
        alice.user.is_active = False
    assert not any(can(alice, action) for action in Action)
    assert not any(groups_for(alice, action).exists() for action in Action)


def test_staff_never_act_for_a_participant_and_members_never_as_staff(sam: User, ada: User, alice: Member) -> None:
    everybody_s = {Action.OPEN_WORK, Action.OPEN_TRAINING, Action.VIEW_PARTICIPANT, Action.WITHDRAW_SIGNALS}
    everybody_s |= set(GROUP_PERMISSION)
    admins_s = {Action.MANAGE_MEMBERS, Action.MANAGE_PARTICIPANT, Action.ANSWER_CHECK_IN}
    members_s = (
        everybody_s | admins_s | {Action.VIEW_TEAM, Action.SET_PRACTICE, Action.PROVE_RECORD, Action.REPORT_IMPACT}
    )
    assert {action for action in Action if can(sam, action)} == set(Action) - members_s
    assert {action for action in Action if can(ada, action)} == {Action.VIEW_RECORD}
    assert {action for action in Action if can(alice, action)} == everybody_s - {
        Action.APPROVE_EXPORTS,
        Action.MANAGE_QUEUE,
    }
    assert not any(can(None, action) for action in Action)
    assert not any(can(alice.user, action) for action in Action)
    sam.is_active = False
    assert not any(can(sam, action) for action in Action)
    assert set(GRANTS[Action.PUBLISH]) == {CoalitionRole.STAFF}


def test_readers_are_the_active_participants_of_a_group(
    northwind: Participant, harbor: Participant, meridian: Participant
) -> None:
    group = default_group(by=PORTAL)
    assert set(readers_of(group)) == {northwind, harbor, meridian}
    Participant.objects.filter(pk=harbor.pk).update(state=ParticipantState.READ_ONLY)
    assert set(readers_of(group)) == {northwind, harbor, meridian}
    Participant.objects.filter(pk=harbor.pk).update(state=ParticipantState.SUSPENDED)
    assert set(readers_of(group)) == {northwind, meridian}
    closed = add_closed_group("pair", northwind)
    assert set(readers_of(closed)) == {northwind}
    join_group(meridian, closed, by=PORTAL)
    assert set(readers_of(closed)) == {northwind, meridian}
