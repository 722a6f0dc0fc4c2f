"""On whose behalf the database is being asked: the one place where a transaction gets its tenant.

Row-level security (`lantern/lib/walls.py`) reads three settings of the transaction: the scope, the participant and the
user. They are set with `set_config(..., is_local => true)`, so they end with the transaction and cannot stay behind on
a pooled connection. Without them nothing is visible.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction


class Scope(StrEnum):
    """Who asks."""

    NOBODY = ""
    PUBLIC = "public"
    USER = "user"
    MEMBER = "member"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class Tenancy:
    """One set of values of the three settings."""

    scope: Scope = Scope.NOBODY
    participant_id: int | None = None
    user_id: int | None = None


NOBODY = Tenancy()
_current: ContextVar[Tenancy] = ContextVar("tenancy", default=NOBODY)


@contextmanager
def acting(scope: Scope, *, participant_id: int | None = None, user_id: int | None = None) -> Iterator[None]:
    """Run the block in a transaction on behalf of `scope`; afterwards the transaction has its former tenant again.

    An error inside rolls back to where the block began, and with it the settings (PostgreSQL reverts them itself).
    """
    before = _current.get()
    wanted = Tenancy(scope, participant_id, user_id)
    with transaction.atomic():
        if before.scope:
            _check_deferred()
        token = _current.set(wanted)
        try:
            _tell(wanted)
            yield
        finally:
            _current.reset(token)
        # A block that marked its transaction for rollback can run no further statement, and needs none.
        if not connection.needs_rollback:
            _check_deferred()
            _tell(before)


def acting_as_system() -> AbstractContextManager[None]:
    """The portal itself, across participants: routing, sweeping, figures, seeding. Few places, easy to list."""
    return acting(Scope.SYSTEM)


def current() -> Tenancy:
    """The tenancy of the running block."""
    return _current.get()


def _check_deferred() -> None:
    # Constraints put off to the end of the transaction are checked while the rows they look at can still be seen:
    # before the tenant changes, and before it changes back.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _tell(tenancy: Tenancy) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lantern.scope', %s, true), set_config('lantern.participant', %s, true),"
            " set_config('lantern.user', %s, true)",
            [tenancy.scope.value, _text(tenancy.participant_id), _text(tenancy.user_id)],
        )


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
