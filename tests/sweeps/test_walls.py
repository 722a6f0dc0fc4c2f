"""What the database itself shows and refuses to each, whatever the application asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.utils import timezone

from accounts.models import CoalitionRole
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting
from participants.check_ins import plan
from participants.invitations import invite
from participants.keeping import keep_check_in
from participants.models import Application, CheckIn, CheckInKind, Member, Participant, Role, SharingGroup
from participants.models.application import link_fingerprint
from participants.services import give_buddy
from participants.training_modules import MODULES
from reviews import claims
from reviews.care import choose_care
from reviews.deciding import record_decision
from reviews.decision_templates import save_template
from reviews.keys import choose_keys
from reviews.models import Feedback
from reviews.models.notification import Digest
from reviews.notifying import choose
from reviews.queue_views import save_view
from reviews.routing import route
from reviews.rules import DEFAULT, save_rule
from reviews.threads import write
from reviews.viewing import saw
from signals.drafts import keep_draft
from signals.erasing import erase_value
from signals.expiring import expire
from signals.exporting import ask_for_export
from signals.holding import place_hold
from signals.looking_up import ask
from signals.mapping import map_columns
from signals.models import Contribution, Signal
from signals.relating import relate
from signals.saved_filters import save_filter
from signals.tightening import tighten
from signals.withdrawing import withdraw
from tests.reviews.following import decide_all_ways, practise, send
from tests.signals.files import as_file
from tests.sweeps.statements import count, rows, run
from tests.sweeps.test_append_only import TABLES
from tests.world import add_closed_group, add_company, add_staff, add_team_member, share, upload

pytestmark = pytest.mark.django_db

TENANT_TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
    (SELECT array_agg(p.polcmd::text ORDER BY p.polcmd) FROM pg_policy p WHERE p.polrelid = c.oid)
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND (
    starts_with(c.relname, 'participants_') OR EXISTS (
        SELECT 1 FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attname IN ('participant_id', 'sharing_group_id') AND NOT a.attisdropped))
ORDER BY c.relname
"""


def test_every_table_of_a_tenant_has_a_forced_wall() -> None:
    tables = {name: rest for name, *rest in rows(TENANT_TABLES)}
    assert {"signals_signal", "signals_contribution", "reviews_review", "audit_auditevent"} <= tables.keys()
    # One policy each to read, insert, update and delete ("r", "a", "w", "d").
    assert {name: rest for name, rest in tables.items() if rest != [True, True, ["a", "d", "r", "w"]]} == {}


def test_the_application_connects_as_a_role_that_cannot_pass_walls() -> None:
    ((superuser, bypass, creates_roles, creates_databases),) = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert (superuser, bypass, creates_roles, creates_databases) == (False, False, False, False)
    assert rows("SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
    assert rows("SELECT proname FROM pg_proc WHERE proowner = current_user::regrole") == []
    assert rows("SELECT roleid FROM pg_auth_members WHERE member = current_user::regrole") == []


def test_the_application_cannot_change_what_it_stands_on() -> None:
    for statement in (
        "ALTER TABLE signals_signal DISABLE ROW LEVEL SECURITY",
        "DROP POLICY signals_signal_read ON signals_signal",
        "DROP TRIGGER audit_auditevent_rows_stay ON audit_auditevent",
        "SET session_replication_role = replica",
        "TRUNCATE signals_signal CASCADE",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


FOREIGN = [
    "signals_signal",
    "signals_contribution",
    "signals_incident",
    "signals_upload",
    "signals_uploadchunk",
    "signals_stagedrow",
    "signals_withdrawal",
    "signals_handling",
    "signals_export",
    "signals_savedfilter",
    "signals_draft",
    "signals_columnname",
    "signals_lookup",
    "signals_relation",
    "signals_pdqpage",
    "signals_legalhold",
    "signals_erasure",
    "signals_expiryrun",
    "reviews_review",
    "reviews_decision",
    "reviews_measure",
    "reviews_secondreview",
    "reviews_outgoingfeedback",
    "reviews_feedback",
    "reviews_givenfeedback",
    "reviews_feedbackmessage",
    "reviews_reviewpractice",
    "reviews_notification",
    "reviews_notificationchoice",
    "reviews_carechoice",
    "reviews_workeditem",
    "reviews_undonedecision",
    "reviews_reopening",
    "reviews_appeal",
    "reviews_decisionbatch",
    "reviews_decisiontemplate",
    "reviews_routingrule",
    "reviews_queueview",
    "reviews_viewing",
    "reviews_keysettings",
    "participants_sharinggroup",
    "participants_sharinggrouppermission",
    "participants_invitation",
    "participants_trainingrecord",
    "participants_application",
    "participants_vettinganswer",
    "participants_agreement",
    "participants_statechange",
    "participants_buddy",
    "participants_checkin",
    "participants_checkinnotice",
]
# What Alice's own company has there by having become active.
OWN_ROWS = {
    "participants_sharinggroup": 1,
    "participants_sharinggrouppermission": 2,
    "participants_agreement": 1,
    "participants_statechange": 4,
    "participants_trainingrecord": 3 * len(MODULES),  # Alice's, and those of the two who were there before
}


@pytest.fixture
def harbor_alone(harbor: Participant, bob: Member) -> None:
    """Something of Harbor's in each table that nobody else may see: in a group with Pixelforge."""
    pixelforge = add_company("pixelforge")
    pia = add_team_member(pixelforge, "pia")
    group = add_closed_group("pair", harbor, pixelforge)
    share(pia, group=group, value="planted@example.com", incident="case 7")
    share(bob, group=group, value="planted2@example.com", incident="case 8")
    _add_what_ends_and_finds(bob, group)
    upload(bob, as_file(["kind", "value", "harm_types"], ["email", "a@example.com", "grooming"]), group=group)
    route()
    review = claims.claim_next(by=bob)
    assert review is not None
    decide_all_ways(review, bob)
    save_rule(DEFAULT, by=bob)
    save_view("ours", {"kind": "email"}, is_shared=True, by=bob)
    save_template("usual", verdict="dismissed", by=bob)
    choose_keys({}, is_on=False, by=bob)
    saw(review, by=bob)
    invite(harbor, address="new@harbor.example", role=Role.ANALYST, by=bob)
    application = Application(link=link_fingerprint("harbor"), participant=harbor, submitted_at=timezone.now())
    application.seal_answers({"company": "Harbor"})
    application.save()
    give_buddy(harbor, pixelforge, person="Pia", by=PORTAL)
    plan(harbor, CheckInKind.CHECK_IN)
    planned = CheckIn.objects.get()
    keep_check_in(planned.pk, timezone.now() + timedelta(days=100))
    _add_what_follows(bob, pia, group)


def _add_what_ends_and_finds(bob: Member, group: SharingGroup) -> None:
    sam = add_staff("sal", CoalitionRole.STAFF)
    gone, erased, kept, over = (share(bob, group=group, value=f"{name}@example.com") for name in "abcd")
    share(bob, group=group, kind="pdq", value="1f" * 32)
    withdraw(gone.contributions.get(), reason="mistake", by=bob)
    erase_value(kind="email", value="b@example.com", case="1", by=sam)
    place_hold(signal_id=kept.pk, reason="order 1", by=sam)
    Contribution.objects.filter(signal=over).update(expires_at="2020-01-01T00:00:00Z")
    assert expire() is not None
    assert _now_ended(erased) == _now_ended(over) == 0
    tighten(kept, tlp=4, by=bob)
    ask_for_export({}, reason="matching", by=bob)
    save_filter("mine", {"kind": "email"}, by=bob)
    ask("a@example.com", by=bob)
    keep_draft({"rows": [], "said": {}}, by=bob)
    header = ["kind", "what", "harm_types"]
    map_columns(upload(bob, as_file(header), group=group), header, {1: "value"}, by=bob)
    relate()


def _add_what_follows(bob: Member, pia: Member, group: SharingGroup) -> None:
    """A second look, and feedback with a thread in both directions."""
    practise(bob, sample=100)
    practise(pia)
    share(pia, group=group, value="second@example.com", severity="critical")
    share(bob, group=group, value="told@example.com", severity="critical")
    share(pia, group=group, value="asked@example.com", severity="high")
    route()
    _decided(bob, {"verdict": "actioned", "measures": {"accounts_disabled": 1}})
    practise(bob)
    for member in (bob, pia):
        _decided(member, {"verdict": "dismissed", "dismissal": "not_enough_information"})
    send()
    for feedback in Feedback.objects.filter(kind="want_more"):
        write(feedback.pk, "Which service?", by=pia)
    choose(wanted=[], digest=Digest.NEVER, by=bob)
    choose_care(harm_types=["grooming"], nothing_severe=True, by=bob)


def _decided(by: Member, said: dict[str, Any]) -> None:
    review = claims.claim_next(by=by)
    assert review is not None
    record_decision(review, **said, by=by)


def _now_ended(signal: Signal) -> int:
    return Signal.objects.get(pk=signal.pk).contributor_count


@pytest.mark.usefixtures("harbor_alone")
def test_a_member_reads_and_changes_no_foreign_row(alice: Member) -> None:
    """One world for all tables: it takes longer to make than to ask them."""
    planted = {table: count(table) for table in FOREIGN}
    assert [table for table, rows in planted.items() if not rows] == []
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        assert {table: count(table) for table in FOREIGN} == {table: OWN_ROWS.get(table, 0) for table in FOREIGN}
        assert [table for table in FOREIGN if table not in TABLES and run(f"DELETE FROM {table}")] == []
    assert {table: count(table) for table in FOREIGN} == planted


@pytest.mark.usefixtures("harbor_alone")
def test_a_member_reads_the_events_of_its_own_participant_only(alice: Member, bob: Member) -> None:
    everybody = {row[0] for row in rows("SELECT DISTINCT participant_id FROM audit_auditevent")}
    assert {None, bob.participant_id} <= everybody
    share(alice)
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        assert rows("SELECT DISTINCT participant_id FROM audit_auditevent") == [(alice.participant_id,)]


@pytest.mark.usefixtures("harbor_alone")
def test_a_member_cannot_write_in_the_name_of_another(alice: Member, bob: Member) -> None:
    """A contribution that claims to be Harbor's, one of its own in a foreign group, and a move to another company."""
    share(alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_group_id FROM signals_signal GROUP BY 1")
        groups = [row[0] for row in cursor.fetchall()]
    foreign = next(group for group in groups if group not in _groups_of(alice))
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        for change in (
            f"UPDATE signals_contribution SET participant_id = {bob.participant_id}",
            f"UPDATE signals_contribution SET sharing_group_id = {foreign}",
            f"UPDATE signals_signal SET sharing_group_id = {foreign}",
            f"UPDATE participants_member SET participant_id = {bob.participant_id} WHERE id = {alice.pk}",
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                run(change)


@pytest.mark.usefixtures("harbor_alone")
def test_nobody_sees_nothing() -> None:
    tables = ("participants_participant", "participants_member", "audit_auditevent", *FOREIGN)
    assert [table for table in tables if not count(table)] == []
    with acting(Scope.NOBODY):
        assert [table for table in tables if count(table)] == []


def test_a_suspended_participant_loses_signals_in_the_database_too(alice: Member) -> None:
    share(alice)
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        assert rows("SELECT count(*) FROM signals_signal") == [(1,)]
    Participant.objects.filter(pk=alice.participant_id).update(state="suspended")
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        assert rows("SELECT count(*) FROM signals_signal") == [(0,)]


def test_a_receive_only_participant_cannot_share_in_the_database_either(alice: Member, charlie: Member) -> None:
    signal = share(alice)
    with acting(Scope.MEMBER, participant_id=charlie.participant_id, user_id=charlie.user_id):
        assert rows("SELECT count(*) FROM signals_signal") == [(1,)]
        assert run("UPDATE signals_signal SET severity = 4") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            run(
                "INSERT INTO signals_contribution (id, signal_id, sharing_group_id, participant_id, shared_by_id,"
                " harm_types, severity, observed_at, policy, tlp, expires_at, state) SELECT gen_random_uuid(),"
                f" '{signal.pk}', sharing_group_id, {charlie.participant_id}, {charlie.user_id}, harm_types, severity,"
                " now(), '', tlp, now(), 'in_force' FROM signals_signal"
            )


def _groups_of(member: Member) -> list[int]:
    with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
        return [row[0] for row in rows("SELECT id FROM participants_sharinggroup")]
