"""Migrations of ours, taken back and made again in a database that holds data: the rows that they do not own stay.

The newest of each app in every run, all of them with `LANTERN_MIGRATIONS=all`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from audit.sealing import seal_all
from lantern.lib.tenancy import acting_as_system
from tests.transparency.history import History

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
COPY = "migrated"
COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1
"""
# What the database holds beside rows: columns, constraints, indexes, triggers, policies and functions.
SHAPE = """
SELECT 'column', table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger
WHERE NOT tgisinternal
UNION ALL SELECT 'policy', tablename || '.' || policyname, concat_ws(' / ', cmd, roles::text, qual, with_check)
FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'wall', relname, relrowsecurity::text || relforcerowsecurity::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL SELECT 'function', oid::regprocedure::text, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""
EVERY = os.environ.get("LANTERN_MIGRATIONS") == "all"
Columns = dict[str, list[str]]
Node = tuple[str, str]
OURS = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}


@pytest.fixture
def copy() -> Iterator["psycopg.Connection[Any]"]:
    """A database with a history in it, which the owner's connection leads to until the test is over."""
    with acting_as_system():
        History(5).plant(25)
    seal_all()
    owner = connections["owner"]
    name, parameters = owner.settings_dict["NAME"], owner.get_connection_params()
    for each in connections.all():
        each.close()
    with psycopg.connect(**{**parameters, "dbname": "postgres"}, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(COPY), sql.Identifier(name)))
    owner.settings_dict["NAME"] = COPY
    with psycopg.connect(**{**parameters, "dbname": COPY}, autocommit=True) as looking:
        yield looking
    owner.close()
    owner.settings_dict["NAME"] = name
    with psycopg.connect(**{**parameters, "dbname": "postgres"}, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(COPY)))


def test_migrations_go_back_and_forward_and_keep_the_rows(copy: "psycopg.Connection[Any]") -> None:
    """From the newest to the oldest, each one taken back, made again, and taken back to look at the one before it."""
    ours = [key for key in _plan(_executor()) if key[0] in OURS]
    chosen = ours if EVERY else list({app: (app, name) for app, name in ours}.values())
    assert _rows(copy, _columns(copy))["reviews_decision"]
    told: dict[Node, list[str]] = {}
    for key in reversed(chosen):
        if wrong := _back_and_forward(copy, key):
            told[key] = wrong
        _back(key)
    assert told == {}
    assert not EVERY or not _columns(copy).keys() & {"signals_signal", "participants_participant"}


def _back_and_forward(copy: "psycopg.Connection[Any]", key: Node) -> list[str]:
    """What is not as it was when the migration has been taken back, and when it has been made again."""
    columns, shape = _columns(copy), _shape(copy)
    before, applied = _rows(copy, columns), _latest()
    _back(key)
    left = _columns(copy)
    common = {name: [each for each in columns[name] if each in left[name]] for name in columns.keys() & left.keys()}
    known, kept = _project(before, columns, common), _rows(copy, common)
    _to(applied)
    wrong = [f"{name} when taken back" for name in common if kept[name] != known[name]]
    wrong += [f"{name} when made again" for name, rows in _rows(copy, common).items() if rows != known[name]]
    return wrong + [f"shape: {each}" for each in _shape(copy) ^ shape]


def _back(key: Node) -> None:
    before = [parent.key for parent in _executor().loader.graph.node_map[key].parents if parent.key[0] == key[0]]
    _to(before or [(key[0], None)])


def _to(nodes: list[Node]) -> None:
    _executor().migrate(nodes)


def _latest() -> list[Node]:
    """The newest migration of each app that is made, of the libraries' apps too."""
    executor = _executor()
    made = [key for key in _plan(executor) if key in executor.loader.applied_migrations]
    return list({app: (app, name) for app, name in made}.values())


def _executor() -> MigrationExecutor:
    return MigrationExecutor(connections["owner"])


def _plan(executor: MigrationExecutor) -> list[Node]:
    return list(executor.loader.graph._generate_plan(executor.loader.graph.leaf_nodes(), at_end=True))


def _columns(copy: "psycopg.Connection[Any]") -> Columns:
    return {name: columns for name, columns in copy.execute(COLUMNS).fetchall() if name != "django_migrations"}


def _shape(copy: "psycopg.Connection[Any]") -> set[tuple[str, str, str]]:
    return set(copy.execute(SHAPE).fetchall())


def _rows(copy: "psycopg.Connection[Any]", columns: Columns) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of each table, in these columns and as text."""
    found = {}
    for name, own in columns.items():
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(each)) for each in own)
        asked = sql.SQL("SELECT {} FROM {}").format(texts, sql.Identifier(name)) if own else None
        found[name] = sorted(copy.execute(asked).fetchall(), key=repr) if asked else []
    return found


def _project(rows: dict[str, list[tuple[Any, ...]]], columns: Columns, to: Columns) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for name, wanted in to.items():
        at = [columns[name].index(each) for each in wanted]
        found[name] = sorted((tuple(row[each] for each in at) for row in rows[name]), key=repr)
    return found
