"""Millions of rows, planted by statements that only a benchmark may use.

The owner of the database writes straight into the tables, a portion at a time, and builds the indexes that are no
constraints afterwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

PORTION = 1_000_000
INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique
"""
# Foreign keys are not asked about: what the rows name was planted just before.
QUICKLY = "SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off"


def plant(statement: str, values: Mapping[str, Any], number: int, tables: Sequence[str]) -> None:
    """Run a statement that puts %(number)s rows into `tables`, with `values`, until there are `number` more."""
    with _without_indexes(tables):
        for portion in _portions(number):
            with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
                cursor.execute(QUICKLY)
                cursor.execute(statement, {**values, "number": portion})
    with connections["owner"].cursor() as cursor:  # what autovacuum does after so many rows, and not while one measures
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")


def _portions(number: int) -> Iterator[int]:
    while number > 0:
        yield min(number, PORTION)
        number -= PORTION


@contextmanager
def _without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Drop the indexes that keep nothing true while many rows come, and build them again."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(INDEXES, [list(tables)])
        dropped = cursor.fetchall()
        for name, _ in dropped:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in dropped:
            cursor.execute(definition)
