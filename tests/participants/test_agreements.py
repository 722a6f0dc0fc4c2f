"""Agreements: sealed, never served to others, always saved and never shown."""

from datetime import date, timedelta

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Agreement, Member, Participant, Role
from participants.policies import Action, can
from reviews import claims
from reviews.deciding import record_decision
from tests.world import add_company, add_team_member, share_and_route, sign_agreement, signed_in

pytestmark = pytest.mark.django_db

SIGNED = b"%PDF-1.7 a planted sentence"
TYPED = {
    "agreement-title": "Participation agreement",
    "agreement-signatory": "Ida Moor",
    "agreement-signatory_role": "Director",
    "agreement-signed_on": "2026-01-02",
}


@pytest.fixture
def agreement(northwind: Participant) -> Agreement:
    """Northwind's latest."""
    return sign_agreement(northwind, SIGNED)


def test_the_file_is_sealed_where_it_lies(agreement: Agreement) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM participants_agreement WHERE id = %s", [agreement.pk])
        ((content,),) = cursor.fetchall()
    assert b"planted" not in bytes(content)
    assert Agreement.objects.get(pk=agreement.pk).opened_content() == SIGNED


def test_its_own_admins_save_it_and_nobody_else_does(
    agreement: Agreement, adam: Member, alice: Member, lena: Member, bob: Member, ada: User, client: Client
) -> None:
    url = f"/participant/agreements/{agreement.pk}/file/"
    answer = signed_in(adam.user).post(url)
    assert answer.content == SIGNED
    assert answer["Content-Disposition"] == 'attachment; filename="agreement-northwind-2.pdf"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    harbors = Member.objects.select_related("user").get(participant=bob.participant, role=Role.ADMIN)
    others = [alice.user, lena.user, bob.user, harbors.user, ada]
    assert [signed_in(user).post(url).status_code for user in others] == [404] * 5
    assert client.post(url).status_code == 302
    read = AuditEvent.objects.get(event="agreement.read")
    assert (read.actor_id, read.participant_id) == (adam.user_id, adam.participant_id)


def test_staff_save_it_at_the_desk(agreement: Agreement, as_sam: Client, harbor: Participant, adam: Member) -> None:
    desk = "/admin/participants/participant"
    url = f"{desk}/{agreement.participant_id}/agreements/{agreement.pk}/file/"
    answer = as_sam.post(url)
    assert (answer.content, answer["Content-Disposition"][:10]) == (SIGNED, "attachment")
    assert as_sam.post(f"{desk}/{harbor.pk}/agreements/{agreement.pk}/file/").status_code == 404
    assert signed_in(adam.user).post(url).status_code == 404


def test_the_same_version_sent_twice_is_one(agreement: Agreement, northwind: Participant) -> None:
    assert sign_agreement(northwind, SIGNED) == agreement
    assert AuditEvent.objects.filter(event="agreement.added").count() == 1
    others = (sign_agreement(northwind, SIGNED[:-1] + b"!"), sign_agreement(northwind, SIGNED, title="Another"))
    assert [other.version for other in others] == [agreement.version + 1, agreement.version + 2]


def test_staff_add_the_next_version(as_sam: Client, northwind: Participant) -> None:
    url = f"/admin/participants/participant/{northwind.pk}/agreements/"
    file = SimpleUploadedFile("signed.pdf", SIGNED, "application/pdf")
    assert as_sam.post(url, {**TYPED, "agreement-file": file}).status_code == 302
    added = Agreement.objects.filter(participant=northwind)[0]
    assert (added.version, added.signatory, added.signed_on) == (2, "Ida Moor", date(2026, 1, 2))
    assert added.opened_content() == SIGNED


@pytest.mark.parametrize(
    ("change", "content", "said"),
    [
        ({}, b"<html>", "This is not a PDF."),
        ({}, b"%PDF-" + b"x" * 2_000, "larger than"),
        ({"agreement-signed_on": "yesterday"}, SIGNED, "Enter a valid date."),
        ({"agreement-valid_until": "2025-01-01"}, SIGNED, "cannot end before it was signed"),
    ],
)
def test_what_is_no_signed_file_is_refused(
    as_sam: Client, northwind: Participant, settings: object, change: dict[str, str], content: bytes, said: str
) -> None:
    settings.AGREEMENT_MAX_BYTES = 1_000  # type: ignore[attr-defined]
    url = f"/admin/participants/participant/{northwind.pk}/agreements/"
    file = SimpleUploadedFile("signed.pdf", content, "application/pdf")
    page = as_sam.post(url, {**TYPED, **change, "agreement-file": file}, follow=True).content.decode()
    assert said in page
    assert northwind.agreements.count() == 1


def _forge(member: Member) -> None:
    forged = Agreement(
        participant=member.participant,
        version=9,
        title="Forged",
        signatory="Nobody",
        signatory_role="",
        signed_on=date(2026, 1, 1),
    )
    forged.seal_content(SIGNED)
    forged.save(force_insert=True)


def test_the_database_shows_it_to_its_own_participant_only(agreement: Agreement, bob: Member, alice: Member) -> None:
    for member, seen in ((bob, {bob.participant_id}), (alice, {alice.participant_id})):
        with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
            assert set(Agreement.objects.values_list("participant", flat=True)) == seen
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                _forge(member)
    with acting(Scope.PUBLIC):
        assert not Agreement.objects.exists()


def _run_out(company: Participant) -> None:
    """The last day of the company's agreement was yesterday. Nobody may write that but a superuser."""
    yesterday = timezone.now().date() - timedelta(days=1)
    with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE participants_agreement SET signed_on = %s, valid_until = %s WHERE participant_id = %s",
            [yesterday, yesterday, company.pk],
        )


@pytest.mark.django_db(transaction=True)
def test_an_agreement_that_has_run_out_is_felt_on_the_next_request() -> None:
    with acting_as_system():
        company = add_company("northwind")
        leo = add_team_member(company, "leo", Role.LEAD)
        signal = share_and_route(add_team_member(add_company("harbor"), "bob"))
        review = claims.claim_next(by=leo)
        assert review is not None
    browser = signed_in(leo.user)
    work = ("/signals/new/", "/signals/uploads/new/", "/reviews/", "/reviews/rules/")
    looks = ("/signals/", f"/signals/{signal.pk}/", "/participant/")
    assert [browser.get(url).status_code for url in (*work, *looks)] == [200] * 7
    _run_out(company)
    assert [browser.get(url).status_code for url in work] == [404] * 4
    assert [browser.get(url).status_code for url in looks] == [200] * 3
    own = acting(Scope.MEMBER, participant_id=company.pk, user_id=leo.user_id)
    with own, connection.cursor() as cursor:
        member = Member.objects.select_related("user", "participant__auth_group").get(pk=leo.pk)
        asked = (Action.SET_PRACTICE, Action.DECIDE, Action.VIEW_SIGNALS)
        assert [can(member, action) for action in asked] == [False, False, True]
        cursor.execute("SELECT lantern_groups('contribute_signals'), lantern_groups('view_signals')")
        ((shares, sees),) = cursor.fetchall()
        assert (shares, len(sees)) == ([], 1)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            record_decision(review, verdict="dismissed", dismissal="no_violation", by=member)
    with acting_as_system():
        sign_agreement(company)
    assert [browser.get(url).status_code for url in work] == [200] * 4
