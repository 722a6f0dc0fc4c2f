"""Two transactions at once, one of which has to wait for the other."""

from collections.abc import Callable
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def in_thread(act: Callable[[], Result]) -> Result:
    """What a thread runs: its own connection ends with it."""
    try:
        return act()
    finally:
        connection.close()


def until_somebody_waits() -> None:
    """Returns once another connection waits for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), pg_sleep(0.01) FROM pg_locks WHERE NOT granted")
            row = cursor.fetchone()
        if row and row[0]:
            return
    raise AssertionError("nobody waits")
