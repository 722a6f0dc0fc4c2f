"""Members: roles, removal, readmission, and the last admin."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from accounts.passing import CONFIRMED
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.members import LastAdmin, NotActive, StillActive, change_role, readmit_member, remove_member
from participants.models import Member, Participant, Role
from participants.services import offboard
from reviews import claims
from reviews.models import Review
from tests.world import add_company, add_team_member, share_and_route, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam(northwind: Participant) -> Member:
    """Northwind's only admin."""
    adam = add_team_member(northwind, "adam", Role.ADMIN)
    Member.objects.filter(participant=northwind, role=Role.ADMIN).exclude(pk=adam.pk).update(role=Role.LEAD)
    return adam


def _page(member: Member, what: str = "") -> str:
    return f"/participant/members/{member.pk}/{what}"


ACTS = {"role": ("", {"role": "lead"}), "remove": ("remove/", {}), "readmit": ("readmit/", {"role": "lead"})}


@pytest.mark.parametrize(("role", "act", "target"), list(product(Role, ACTS, Role)))
def test_admins_alone_change_members(northwind: Participant, role: Role, act: str, target: Role) -> None:
    """(role, action, role of the target): the answer, and what becomes of the target."""
    asking, found = add_team_member(northwind, "asking", role), add_team_member(northwind, "found", target)
    add_team_member(northwind, "another", Role.ADMIN)
    if act == "readmit":
        remove_member(found, by=asking)
    before = (target.value, act != "readmit")
    where, typed = ACTS[act]
    answer = signed_in(asking.user).post(_page(found, where), typed)
    found.refresh_from_db()
    if role == Role.ADMIN:
        after = {"role": ("lead", True), "remove": (target.value, False), "readmit": ("lead", True)}[act]
        assert (answer.status_code, (found.role, found.is_active)) == (302, after)
    else:
        assert (answer.status_code, (found.role, found.is_active)) == (404, before)


def test_the_last_admin_stays(adam: Member, alice: Member, as_adam: Client) -> None:
    with pytest.raises(LastAdmin):
        change_role(adam, to=Role.LEAD, by=adam)
    with pytest.raises(LastAdmin):
        remove_member(adam, by=adam)
    refused = as_adam.post(_page(adam), {"role": "lead"})
    assert refused.status_code == 422
    assert "last admin" in refused.content.decode()
    assert "last admin" in as_adam.post(_page(adam, "remove/"), follow=True).content.decode()
    adam.refresh_from_db()
    assert (adam.role, adam.is_active) == ("admin", True)
    change_role(alice, to=Role.ADMIN, by=adam)
    change_role(adam, to=Role.LEAD, by=adam)


def test_an_admin_who_cannot_act_is_no_admin(adam: Member, northwind: Participant) -> None:
    gone = add_team_member(northwind, "gone", Role.ADMIN)
    gone.user.is_active = False
    gone.user.save()
    with pytest.raises(LastAdmin):
        remove_member(adam, by=adam)


@pytest.mark.parametrize(
    "change", ["role = 'lead'", "is_active = false", "participant_id = (SELECT max(id) FROM participants_participant)"]
)
def test_the_database_keeps_the_last_admin_too(adam: Member, harbor: Participant, change: str) -> None:
    def tell() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE participants_member SET {change} WHERE id = %s", [adam.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    with pytest.raises(IntegrityError, match="participant_keeps_an_admin"):
        tell()
    add_team_member(adam.participant, "another", Role.ADMIN)
    tell()


def test_a_participant_that_has_left_needs_no_admin(adam: Member) -> None:
    with acting_as_system():
        offboard(adam.participant, by=PORTAL, reason="a merger")
        Member.objects.filter(pk=adam.pk).update(is_active=False)
    adam.refresh_from_db()
    assert not adam.is_active


def _two_admins() -> list[Member]:
    with acting_as_system():
        company = add_company("northwind")
        admins = [add_team_member(company, name, Role.ADMIN) for name in ("adam", "eve")]
        Member.objects.filter(role=Role.ADMIN).exclude(pk__in=[admin.pk for admin in admins]).update(role=Role.LEAD)
        return admins


def _admins_left() -> int:
    with acting_as_system():
        return Member.objects.filter(role=Role.ADMIN, is_active=True).count()


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one() -> None:
    adam, eve = _two_admins()
    both = Barrier(2)

    def remove(by: Member, other: Member) -> bool:
        try:
            with acting(Scope.MEMBER, participant_id=by.participant_id, user_id=by.user_id):
                both.wait()
                remove_member(other, by=by)
        except LastAdmin:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(remove, (adam, eve), (eve, adam)))
    assert sorted(done) == [False, True]
    assert _admins_left() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_leaves_one_without_the_service() -> None:
    """Two plain updates in two transactions, each of which still sees the other's admin when it is made."""
    admins = _two_admins()
    both = Barrier(2)

    def update(member: Member) -> bool:
        try:
            with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
                Member.objects.filter(pk=member.pk).update(is_active=False)
                both.wait()
        except IntegrityError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(update, admins))
    assert sorted(done) == [False, True]
    assert _admins_left() == 1


def test_a_removed_member_gets_nothing_on_the_next_request(alice: Member, as_alice: Client, adam: Member) -> None:
    assert as_alice.get("/signals/").status_code == 200
    remove_member(alice, by=adam)
    for url in ("/signals/", "/reviews/", "/participant/", "/participant/training/"):
        assert as_alice.get(url).status_code == 404, url
    assert "not active" in as_alice.get("/").content.decode()


def test_removal_gives_claims_back(alice: Member, bob: Member) -> None:
    share_and_route(alice)
    boss = add_team_member(bob.participant, "boss", Role.ADMIN)
    held = claims.claim_next(by=bob)
    assert held is not None
    with acting(Scope.MEMBER, participant_id=boss.participant_id, user_id=boss.user_id):
        remove_member(bob, by=boss)
    assert Review.objects.get(pk=held.pk).holder is None
    assert claims.claim_next(by=boss) is not None
    released = AuditEvent.objects.get(event="review.released")
    assert (released.actor_id, released.details) == (boss.user_id, {"why": "member_removed"})


@pytest.mark.parametrize("act", ACTS)
def test_changing_members_asks_for_a_factor_of_the_last_minutes(
    alice: Member, adam: Member, as_adam: Client, act: str
) -> None:
    if act == "readmit":
        remove_member(alice, by=adam)
    before = Member.objects.filter(pk=alice.pk).values().get()
    session = as_adam.session
    session[CONFIRMED] = 0
    session.save()
    where, typed = ACTS[act]
    answer = as_adam.post(_page(alice, where), typed)
    assert answer["Location"].startswith("/accounts/confirm/")
    assert Member.objects.filter(pk=alice.pk).values().get() == before


def test_what_has_happened_already_is_refused(alice: Member, adam: Member) -> None:
    before = AuditEvent.objects.count()
    change_role(alice, to=Role.ANALYST, by=adam)
    with pytest.raises(StillActive):
        readmit_member(alice, role=Role.LEAD, by=adam)
    assert AuditEvent.objects.count() == before
    remove_member(alice, by=adam)
    with pytest.raises(NotActive):
        remove_member(alice, by=adam)
    with pytest.raises(NotActive):
        change_role(alice, to=Role.LEAD, by=adam)
    assert AuditEvent.objects.count() == before + 1


def test_readmission_brings_back_what_there_was(alice: Member, as_alice: Client, adam: Member) -> None:
    remove_member(alice, by=adam)
    readmit_member(alice, role=Role.LEAD, by=adam)
    assert as_alice.get("/signals/").status_code == 200
    assert as_alice.get("/participant/members/").status_code == 200


def test_a_member_of_another_company_is_not_there(as_adam: Client, bob: Member) -> None:
    assert as_adam.get(_page(bob)).status_code == 404
    assert as_adam.post(_page(bob, "remove/")).status_code == 404
    assert Member.objects.get(pk=bob.pk).is_active


def test_the_list_says_who_is_trained(lena: Member, alice: Member, northwind: Participant, bob: Member) -> None:
    add_team_member(northwind, "uma", trained=False)
    page = " ".join(signed_in(lena.user).get("/participant/members/").content.decode().split())
    assert page.count("In date until") == Member.objects.filter(participant=northwind).count() - 1 > 1
    assert "5 modules due" in page
    assert "bob@harbor.example" not in page
    assert "/participant/members/" + str(alice.pk) not in page


@pytest.mark.parametrize("typed", [{}, {"role": "owner"}, {"role": "\x00"}])
def test_a_role_that_is_none_changes_nothing(as_adam: Client, alice: Member, typed: dict[str, str]) -> None:
    assert as_adam.post(_page(alice), typed).status_code in (200, 422)
    alice.refresh_from_db()
    assert alice.role == "analyst"


def test_a_closed_account_is_no_admin_in_the_database_either(northwind: Participant) -> None:
    """The last admin that can act stays: its account is not closed, nor its place taken while the other's is closed."""
    ida = Member.objects.get(participant=northwind, role=Role.ADMIN)
    with pytest.raises(IntegrityError, match="participant_keeps_an_admin"), transaction.atomic():
        User.objects.filter(pk=ida.user_id).update(is_active=False)
        _now()
    second = add_team_member(northwind, "second", Role.ADMIN)
    User.objects.filter(pk=second.user_id).update(is_active=False)
    _now()
    with pytest.raises(IntegrityError, match="participant_keeps_an_admin"), transaction.atomic():
        Member.objects.filter(pk=ida.pk).update(is_active=False)
        _now()


def _now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
