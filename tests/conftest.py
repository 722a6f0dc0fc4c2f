"""The database of the tests, and the people in them.

The database is made by its owner and used as the application's role, as everywhere. A test that uses it starts as the
portal itself (scope `system`), so that it can plant what it needs; requests, tasks and commands set their own tenant. A
test marked `django_db(transaction=True)` starts as nobody and chooses with `acting`.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.test import Client, TransactionTestCase, override_settings
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from accounts.models import CoalitionRole, User
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, Role
from tests.world import add_company, add_staff, add_team_member, signed_in

# What shares an installation stays in one process; everything else goes file by file. The journeys take longest: those
# that look at page after page have an installation of their own.
TOGETHER = ("contracts", "faults", "installation", "journeys")
PAGE_AFTER_PAGE = ("test_every_page.py", "test_the_admin.py")
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


class FoldersAndFiles(LoadScopeScheduling):  # type: ignore[misc]
    """How a run that is spread over several processes is cut."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0])
        if file.parent.name not in TOGETHER:
            return file.as_posix()
        return f"{file.parent.name} of pages" if file.name in PAGE_AFTER_PAGE else file.parent.name


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FoldersAndFiles:
    """What pytest-xdist takes for its own. (Its groups by mark do nothing with pytest 9.2: its issue 1386.)"""
    return FoldersAndFiles(config, log)


@pytest.fixture(scope="session")
def static_files() -> None:
    """Pages name static files by their content: they are collected as an installation does."""
    call_command("collectstatic", verbosity=0, interactive=False)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing that is slow on purpose would be most of the time of the tests that sign in."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_drawn() -> Iterator[None]:
    """No decision is drawn at random for a second look, unless a test asks for it."""
    with override_settings(SECOND_LOOK_PERCENT=0):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, django_db_keepdb: bool, static_files: None) -> Iterator[None]:
    """The database, made anew; with `--reuse-db` as an earlier run left it, where there was one."""
    owner, application = connections["owner"], connections["default"]
    before = owner.settings_dict["NAME"], application.settings_dict["NAME"], application.settings_dict["USER"]
    name = f"test_{before[0]}"
    with django_db_blocker.unblock():
        is_new = _make_database(name, keep=django_db_keepdb)
        owner.settings_dict["NAME"] = application.settings_dict["NAME"] = name
        application.settings_dict["USER"] = f"{name}_app"
        if is_new:
            call_command("migrate", verbosity=0)
            owner.close()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    owner.settings_dict["NAME"], application.settings_dict["NAME"], application.settings_dict["USER"] = before


def _make_database(name: str, *, keep: bool) -> bool:
    """Whether it was made."""
    with closing(connections["owner"]) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if keep and cursor.rowcount:
            return False
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return True


def _truncate(self: TransactionTestCase) -> None:
    """Empties every table as the owner. The application may not; append-only tables refuse even that (so: replica)."""
    models = apps.get_models(include_auto_created=True)
    tables = sorted({model._meta.db_table for model in models} - KEPT_TABLES)
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))


TransactionTestCase._fixture_teardown = _truncate  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def as_the_portal(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests of the database that are undone at their end begin as the portal itself."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("db")
    with acting_as_system():
        yield


@pytest.fixture
def northwind() -> Participant:
    """An active participant."""
    return add_company("northwind", services=["northwind"])


@pytest.fixture
def harbor() -> Participant:
    """Another one."""
    return add_company("harbor", services=["harbor"])


@pytest.fixture
def meridian() -> Participant:
    """A receive-only one."""
    return add_company("meridian", receive_only=True)


@pytest.fixture
def alice(northwind: Participant) -> Member:
    """An analyst at Northwind."""
    return add_team_member(northwind, "alice", Role.ANALYST)


@pytest.fixture
def amir(northwind: Participant) -> Member:
    """Alice's colleague."""
    return add_team_member(northwind, "amir", Role.ANALYST)


@pytest.fixture
def bob(harbor: Participant) -> Member:
    """An analyst at Harbor."""
    return add_team_member(harbor, "bob", Role.ANALYST)


@pytest.fixture
def charlie(meridian: Participant) -> Member:
    """An analyst at Meridian, which receives only."""
    return add_team_member(meridian, "charlie", Role.ANALYST)


@pytest.fixture
def sam() -> User:
    """Coalition staff."""
    return add_staff("sam", CoalitionRole.STAFF)


@pytest.fixture
def ada() -> User:
    """The coalition's auditor."""
    return add_staff("ada", CoalitionRole.AUDITOR)


@pytest.fixture
def lena(northwind: Participant) -> Member:
    """Northwind's lead."""
    return add_team_member(northwind, "lena", Role.LEAD)


@pytest.fixture
def as_alice(alice: Member) -> Client:
    """Alice's browser, past password and code."""
    return signed_in(alice.user)


@pytest.fixture
def as_bob(bob: Member) -> Client:
    """Bob's browser."""
    return signed_in(bob.user)


@pytest.fixture
def as_sam(sam: User) -> Client:
    """Sam's browser."""
    return signed_in(sam)
