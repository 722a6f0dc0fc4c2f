"""The life of a participant: every move that there is, and every one that there is not."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Authenticator, User
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.departing import effects_of_leaving
from participants.lifecycle import LEGAL, MOVES, IllegalMove, Move, NotReady, ReasonNeeded, missing_for_activation
from participants.models import Agreement, Buddy, Member, Participant, ParticipantState, Role, StateChange
from participants.services import give_buddy, move_participant
from participants.timeline import timeline_of
from participants.vetting import vet
from tests.world import (
    accept_everything,
    add_company,
    add_team_member,
    bring_to,
    ready_company,
    sign_agreement,
    signed_in,
)

S = ParticipantState
PAIRS = list(product(S, S))
SCOPES = (Scope.NOBODY, Scope.PUBLIC, Scope.USER, Scope.MEMBER, Scope.STAFF, Scope.SYSTEM)


def _prepared(state: ParticipantState) -> Participant:
    """A company in `state` that has everything any move could ask for."""
    company = bring_to(add_company("northwind", active=False), state)
    accept_everything(company)
    if not company.agreements.exists():
        sign_agreement(company)
    if not company.members.exists():
        add_team_member(company, "ida", Role.ADMIN)
        add_team_member(company, "finn")
    return company


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "to"), PAIRS)
def test_the_service_makes_the_moves_of_the_table_and_no_other(state: ParticipantState, to: ParticipantState) -> None:
    company = _prepared(state)
    if (state, to) in LEGAL:
        move_participant(company, to=to, by=PORTAL, reason="a reason")
        assert Participant.objects.get(pk=company.pk).state == to
        assert StateChange.objects.latest("pk").after == to
    else:
        with pytest.raises(IllegalMove):
            move_participant(company, to=to, by=PORTAL, reason="a reason")
        assert Participant.objects.get(pk=company.pk).state == state


@pytest.mark.django_db
@pytest.mark.parametrize("state", S)
def test_the_database_makes_the_same_moves_for_staff_and_portal_and_none_for_others(state: ParticipantState) -> None:
    company = _prepared(state)
    ida = Member.objects.filter(participant=company)[0]
    if company.active_since is None:
        Participant.objects.filter(pk=company.pk).update(active_since=date(2026, 1, 1))
    wrong = {}
    for scope, to in product(SCOPES, S):
        wanted = 1 if scope in (Scope.STAFF, Scope.SYSTEM) and (to == state or (state, to) in LEGAL) else 0
        moved = _moved_by_sql(company, to, scope, ida)
        if moved != wanted:
            wrong[scope, to] = moved
    assert wrong == {}


def _moved_by_sql(company: Participant, to: ParticipantState, scope: Scope, ida: Member) -> int:
    """How many rows a plain UPDATE moves; 0 where the database refuses it. Undone afterwards."""
    moved = 0
    try:
        with acting(scope, participant_id=company.pk, user_id=ida.user_id), connection.cursor() as cursor:
            cursor.execute("UPDATE participants_participant SET state = %s WHERE id = %s", [to.value, company.pk])
            moved = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as error:
        if "participant_state_moves_legally" not in str(error):
            raise
    return moved


@pytest.mark.django_db
def test_the_database_lets_nobody_begin_elsewhere_or_become_active_without_agreement(northwind: Participant) -> None:
    for state in set(S) - {S.APPLIED}:
        facts = {"slug": "new", "name": "New", "state": state, "active_since": date(2026, 1, 1)}
        with pytest.raises(DatabaseError, match="participant_begins_as_applied"), transaction.atomic():
            Participant.objects.create(**facts, auth_group=northwind.auth_group)
    company = bring_to(add_company("harbor", active=False), S.TRAINING)
    lapsed = bring_to(add_company("pixelforge", active=False), S.AGREEMENT_OUT)
    sign_agreement(lapsed, signed_on=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    Participant.objects.filter(pk=lapsed.pk).update(state=S.TRAINING)
    to_active = {"state": S.ACTIVE, "active_since": date(2026, 1, 1)}
    with pytest.raises(DatabaseError, match="has_agreement"), transaction.atomic():
        Participant.objects.filter(pk=lapsed.pk).update(**to_active)
    assert Participant.objects.filter(pk=company.pk).update(**to_active) == 1


@pytest.fixture
def owner() -> Iterator[psycopg.Connection]:
    """A connection of the owner of the tables, in the scope that sees everything."""
    with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as found:
        found.execute("SELECT set_config('lantern.scope', 'system', false)")
        yield found


@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_database_makes_no_other_move_either(owner: psycopg.Connection) -> None:
    with acting_as_system():
        company = add_company("northwind")
    for to in S:
        if to == S.ACTIVE or (S.ACTIVE, to) in LEGAL:
            continue
        with pytest.raises(psycopg.Error, match="participant_state_moves_legally"):
            owner.execute("UPDATE participants_participant SET state = %s WHERE id = %s", [to.value, company.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.before}-{move.to}")
def test_a_move_that_needs_a_reason_is_refused_without(move: Move) -> None:
    company = _prepared(move.before)
    if move.needs_reason:
        with pytest.raises(ReasonNeeded):
            move_participant(company, to=move.to, by=PORTAL, reason="  ")
    else:
        move_participant(company, to=move.to, by=PORTAL)


@pytest.mark.django_db
def test_staff_press_buttons_and_nobody_else_can(
    as_sam: Client, as_alice: Client, lena: Member, ada: User, client: Client
) -> None:
    company = add_company("harbor", active=False)
    url = f"/admin/participants/participant/{company.pk}/move/"
    adam = add_team_member(lena.participant, "adam", Role.ADMIN)
    others = [client, as_alice, signed_in(lena.user), signed_in(adam.user), signed_in(ada)]
    answers = [browser.post(url, {"to": "under_review"}).status_code for browser in others]
    assert answers == [302, 404, 404, 404, 404]
    company.refresh_from_db()
    assert company.state == S.APPLIED
    assert as_sam.get(url).status_code == 405
    assert as_sam.post(url, {"to": "under_review"}).status_code == 302
    company.refresh_from_db()
    assert company.state == S.UNDER_REVIEW
    assert "There is no move" in as_sam.post(url, {"to": "active"}, follow=True).content.decode()
    assert "Give a reason" in as_sam.post(url, {"to": "rejected"}, follow=True).content.decode()
    page = as_sam.post(url, {"to": "agreement_out"}, follow=True).content.decode()
    assert page.count("Accept the answer about") >= 5
    assert as_sam.post(url, {"to": "left"}).status_code == 302
    company.refresh_from_db()
    assert company.state == S.UNDER_REVIEW


@pytest.mark.django_db
def test_what_is_missing_blocks_activation_piece_by_piece() -> None:
    company = bring_to(add_company("northwind", active=False), S.TRAINING)

    def missing() -> set[str]:
        return {each.code for each in missing_for_activation(company)}

    assert missing() == {"admin", "members"}
    with pytest.raises(NotReady):
        move_participant(company, to=S.ACTIVE, by=PORTAL)
    ida = add_team_member(company, "ida", Role.ADMIN)
    assert missing() == {"members"}
    finn = add_team_member(company, "finn")
    assert missing() == set()
    Authenticator.objects.filter(user=finn.user).delete()
    assert missing() == {"members"}
    add_team_member(company, "mia")
    Member.objects.filter(pk=ida.pk).update(role=Role.LEAD)
    assert missing() == {"admin"}
    Member.objects.filter(pk=ida.pk).update(role=Role.ADMIN)
    vet(company, "appeals", accepted=False, note="Who decides?", by=PORTAL)
    assert missing() == {"vetting:appeals"}
    vet(company, "appeals", accepted=True, by=PORTAL)
    move_participant(company, to=S.ACTIVE, by=PORTAL)
    assert company.is_active


@pytest.mark.django_db
def test_an_agreement_that_has_run_out_is_none() -> None:
    company = bring_to(add_company("northwind", active=False), S.AGREEMENT_OUT)
    yesterday = timezone.now().date() - timedelta(days=1)
    sign_agreement(company, signed_on=date(2020, 1, 1), valid_until=yesterday)
    with pytest.raises(NotReady, match="agreement"):
        move_participant(company, to=S.TRAINING, by=PORTAL)
    assert sign_agreement(company).version == 2
    move_participant(company, to=S.TRAINING, by=PORTAL)
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(participant=company).update(signatory="somebody else")


@pytest.mark.django_db
def test_the_timeline_tells_what_happened_and_why(sam: User) -> None:
    company = bring_to(add_company("northwind", active=False), S.UNDER_REVIEW)
    move_participant(company, to=S.REJECTED, by=sam, reason="No appeals process.")
    first = timeline_of(company)[0]
    assert (first.what, first.by, first.why) == ("Became rejected", "Sam", "No appeals process.")
    assert timeline_of(company)[-1].what == "Applied or was added"


@pytest.mark.django_db
def test_the_page_shows_missing_and_timeline(as_sam: Client) -> None:
    company = bring_to(add_company("northwind", active=False), S.TRAINING)
    page = as_sam.get(f"/admin/participants/participant/{company.pk}/change/").content.decode()
    assert "What is still missing before activation" in page
    assert "Invite somebody as its admin." in page
    assert "Became agreement out" in page
    assert ">Activate<" in page


@pytest.mark.django_db
def test_a_buddy_helps_for_a_year(as_sam: Client, northwind: Participant, harbor: Participant) -> None:
    url = f"/admin/participants/participant/{northwind.pk}/buddy/"
    assert as_sam.post(url, {"buddy-helper": harbor.pk, "buddy-person": "Ida Moor"}).status_code == 302
    buddy = Buddy.objects.get(participant=northwind)
    assert (buddy.helper, buddy.person, buddy.is_current) == (harbor, "Ida Moor", True)
    assert buddy.until - buddy.since == timedelta(days=365)
    as_sam.post(url, {"buddy-helper": northwind.pk, "buddy-person": "Itself"})
    give_buddy(northwind, harbor, person="Finn", by=PORTAL)
    assert [each.person for each in Buddy.objects.all()] == ["Finn"]
    assert AuditEvent.objects.filter(event="participant.buddy_given").count() == 2


@pytest.mark.django_db
def test_a_company_that_is_ready_names_what_leaving_would_end() -> None:
    company = ready_company("northwind")
    before = AuditEvent.objects.count()
    effects = {effect.label: effect.count for effect in effects_of_leaving(company)}
    assert effects["Accounts of its people"] == 2
    assert AuditEvent.objects.count() == before
