"""The back-up that docs/operations.md describes: dumped, restored into another database, and the same afterwards."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from audit.sealing import seal_all
from lantern.installation.folders import PROJECT, open_home
from lantern.installation.postgres import Postgres
from lantern.lib.tenancy import acting_as_system
from participants.models import Role
from tests.servers import NAMED
from tests.world import add_company, add_team_member, share

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("DATABASE_URL" in NAMED, reason="the programs are those of the embedded PostgreSQL"),
]
COPY = "restored"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SHOW = """
import django; django.setup()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as in this run
from django.test import Client
from tests.world import PASSWORD
from signals.models import Signal
from lantern.lib.tenancy import acting_as_system
with acting_as_system():
    print(Signal.objects.get().plain_value)
answer = Client(raise_request_exception=True).post(
    "/accounts/login/", {"login": "alice@northwind.example", "password": PASSWORD}, headers={"host": "localhost"})
print(answer.status_code, answer.headers.get("Location"))
"""


def _counts(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[str, object]:
    names = [str(name) for (name,) in connection.execute(TABLES).fetchall()]
    return {
        name: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchall()[0][0]
        for name in names
        if name not in ("lantern_cache", "accounts_session")
    }


def _program(name: str) -> str:
    return str(Postgres(open_home(Path(os.environ["LANTERN_HOME"])))._programs() / name)


@pytest.fixture
def restored() -> Iterator[str]:
    """The name of an empty database."""
    owner = connections["owner"].get_connection_params()
    with psycopg.connect(**owner, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {COPY}")
    yield COPY
    with psycopg.connect(**owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {COPY} WITH (FORCE)")


def test_a_back_up_restores_the_whole_installation(restored: str, tmp_path: Path) -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice", Role.ANALYST, with_password=True)
        share(alice, value="mira@example.com")
    seal_all()
    settings = connections["owner"].settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(settings["HOST"]),
        "PGUSER": str(settings["USER"]),
        "PGPASSWORD": str(settings["PASSWORD"]),
        "PGOPTIONS": "-c lantern.scope=system",
    }
    dump = str(tmp_path / "lantern.dump")

    def run(*command: str, **more: str) -> str:
        told = subprocess.run(
            command, cwd=PROJECT, env={**environment, **more}, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stderr
        return told.stdout

    run(_program("pg_dump"), "--format=custom", "--no-owner", "--file", dump, str(settings["NAME"]))
    assert b"mira@example.com" not in Path(dump).read_bytes()
    run(_program("pg_restore"), "--no-owner", "--exit-on-error", "--dbname", restored, dump)
    owner = connections["owner"].get_connection_params()
    with psycopg.connect(**owner) as before, psycopg.connect(**{**owner, "dbname": restored}) as after:
        assert _counts(before) == _counts(after)
    python = sys.executable
    url = psycopg.conninfo.make_conninfo(
        host=settings["HOST"], user=settings["USER"], password=settings["PASSWORD"], dbname=restored
    )
    named = {"DATABASE_URL": url, "PGOPTIONS": "", "DJANGO_SETTINGS_MODULE": "lantern.settings"}
    run(python, "manage.py", "migrate", "--verbosity", "0", **named)
    run(python, "manage.py", "audit_verify", **named)
    value, answer = run(python, "-c", SHOW, **named).splitlines()[-2:]
    assert value == "mira@example.com"
    assert answer.startswith("302 /accounts/")
    assert "login" not in answer
