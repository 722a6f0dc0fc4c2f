"""What the database answers to whoever the test acts as."""

from typing import Any

from django.db import connection


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def run(statement: str) -> int:
    """How many rows a statement was about."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def count(table: str) -> int:
    """How many rows of a table can be seen."""
    ((number,),) = rows(f"SELECT count(*) FROM {table}")
    return int(number)
