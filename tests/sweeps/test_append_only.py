"""What is only ever added to, and what others name without a foreign key: the database lets nobody take it away."""

from typing import LiteralString

import psycopg
import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.utils import timezone
from psycopg import sql

from audit.events import Event
from audit.merkle import TILE
from audit.record import PORTAL, record
from audit.sealing import seal_all
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews import claims
from reviews.routing import route
from tests.reviews.following import decide_all_ways
from tests.sweeps.statements import rows
from tests.transparency.publishing import published
from tests.world import add_company, share, upload
from transparency.drafting import report_month
from transparency.reporting import remind, report_figures

pytestmark = pytest.mark.django_db

# Written down once more: what falls out of the list that `migrate` goes by is missed here.
APPEND_ONLY = [
    "audit.AuditEvent",
    "audit.Checkpoint",
    "audit.SealedEvent",
    "audit.TreeNode",
    "participants.TrainingRecord",
    "participants.Agreement",
    "participants.StateChange",
    "reviews.Appeal",
    "reviews.Decision",
    "reviews.Measure",
    "reviews.Reopening",
    "reviews.UndoneDecision",
    "transparency.CoverageReminder",
    "transparency.Edition",
    "transparency.EditionFile",
    "transparency.MonthlyReport",
    "transparency.ReportedFigure",
]
CHANGES: list[LiteralString] = ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
TABLES = [apps.get_model(label)._meta.db_table for label in APPEND_ONLY]


@pytest.fixture
def history(alice: Member, bob: Member) -> None:
    """At least one row in each append-only table."""
    share(alice)
    route()
    review = claims.claim_next(by=bob)
    assert review is not None
    decide_all_ways(review, bob)
    published(2024, by=bob)
    report_month(2024, 5)
    report_figures(2025, {"referrals": 1}, by=bob)
    remind(add_company("quiet"), timezone.now().year, by=PORTAL)
    for _ in range(TILE):
        record(Event.CARE_CHOSEN, bob, by=bob)
    seal_all()


@pytest.mark.usefixtures("history")
def test_append_only_tables_refuse_the_application() -> None:
    """One history for all of them: it takes longer to make than every refusal together."""
    for table in TABLES:
        assert rows(f"SELECT count(*) > 0 FROM {table}") == [(True,)], table
        for change in CHANGES:
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change.format(table))


@pytest.mark.django_db(transaction=True)
def test_append_only_tables_refuse_their_owner(request: pytest.FixtureRequest) -> None:
    with acting_as_system():
        request.getfixturevalue("history")
    with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as owner:
        for table in map(sql.Identifier, TABLES):
            assert owner.execute(sql.SQL("SELECT count(*) > 0 FROM {}").format(table)).fetchone() == (True,)
            for change in CHANGES:
                with pytest.raises(psycopg.Error, match="rows stay"):
                    owner.execute(sql.SQL(change).format(table))


STAYING = [
    "accounts_user", "participants_participant", "participants_sharinggroup", "participants_member",
    "signals_signal", "signals_incident", "signals_upload",
]  # fmt: skip


@pytest.mark.parametrize("table", STAYING)
def test_what_others_name_without_a_foreign_key_is_never_deleted(table: str, alice: Member) -> None:
    with psycopg.connect(**connections["owner"].get_connection_params()) as owner:
        assert owner.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%%_stay%%' AND tgrelid = %s::regclass", [table]
        ).fetchone() == (2,)
    upload(alice, b"kind,value,harm_types,incident\nemail,mira@example.com,grooming,C-1\n", share=True)
    assert rows(f"SELECT count(*) > 0 FROM {table}") == [(True,)]
    with pytest.raises(DatabaseError, match="rows stay"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
