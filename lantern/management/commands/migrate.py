"""`manage.py migrate`: as the owner, then what the application's role may do.

The application's role is made here if it is missing. It owns nothing, is no superuser and cannot pass row-level
security.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg import sql
from psycopg.errors import LockNotAvailable

# Rows of these tables are written once; the application is not even granted to change them (triggers refuse as well).
APPEND_ONLY = (
    "audit.AuditEvent",
    "audit.Checkpoint",
    "audit.SealedEvent",
    "audit.TreeNode",
    "participants.Agreement",
    "participants.StateChange",
    "participants.TrainingRecord",
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
)
# What is never changed may be sealed anew: a trigger sees to it that nothing else happens (lantern 0003).
RESEALED = (("participants.Agreement", "content"), ("reviews.Decision", "report_ids"))


class Command(migrate.Command):
    """Django's command on the owner's connection."""

    help = "Brings the database to the state of this code, as its owner, and grants the application what it needs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Checks ask the owner's connection as well: the application's role may not be there yet."""
        super().add_arguments(parser)
        if "owner" in connections.settings:
            parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in connections.settings:
            raise CommandError("Migrations need the owner of the database: set DATABASE_URL to the owner's address.")
        options["database"] = "owner"
        _ensure_role()
        _wait_briefly_for_locks()
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                "A table was in use for too long. What was migrated is kept whole; run migrate again in a quiet minute."
            ) from error
        call_command("createcachetable", database="owner", verbosity=0)
        _grant()


def _role() -> str:
    return str(connections["default"].settings_dict["USER"])


def _wait_briefly_for_locks() -> None:
    """A change that cannot have its table soon gives up, and does not hold up all who ask for the table after it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {int(settings.MIGRATION_LOCK_SECONDS) * 1000}")


def _ensure_role() -> None:
    password = connections["default"].settings_dict.get("PASSWORD") or settings.SECRET_KEY
    role = sql.Identifier(_role())
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT current_user = %s", [_role()])
        if cursor.fetchone() == (True,):
            raise CommandError("The application must not connect as the owner: DATABASE_APP_URL names the same role.")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_role()])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        limits = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
        cursor.execute(
            sql.SQL("{} ROLE {} {} PASSWORD {}").format(sql.SQL(verb), role, sql.SQL(limits), sql.Literal(password))
        )


def _grant() -> None:
    role = sql.Identifier(_role())
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "GRANT USAGE ON SCHEMA public TO {role};"
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"
                "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}"
            ).format(role=role)
        )
        for label in APPEND_ONLY:
            table = sql.Identifier(apps.get_model(label)._meta.db_table)
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(table, role))
        for label, column in RESEALED:
            table = sql.Identifier(apps.get_model(label)._meta.db_table)
            cursor.execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(sql.Identifier(column), table, role))
