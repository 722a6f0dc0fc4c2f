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

from lantern.lib.compiled import prepared_cursor


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


# Constraints put off to the end of the transaction are checked while the rows they look at can still be seen: before
# the tenant changes, and before it changes back.
CHECK_DEFERRED = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
TELL = """
SELECT set_config('lantern.scope', %s, true), set_config('lantern.participant', %s, true),
    set_config('lantern.user', %s, true)
"""

NOBODY = Tenancy()
_current: ContextVar[Tenancy] = ContextVar("tenancy", default=NOBODY)


@contextmanager
def acting(
    scope: Scope, *, participant_id: int | None = None, user_id: int | None = None, savepoint: bool = True
) -> Iterator[None]:
    """Run the block in a transaction on behalf of `scope`; afterwards the transaction has its former tenant again.

    An error inside rolls back to where the block began, and with it the settings (PostgreSQL reverts them itself).
    Where the transaction has this tenant already, it is not told again.
    Without a `savepoint`, for a block that only reads, it takes the transaction around it along.
    """
    before = _current.get()
    wanted = Tenancy(scope, participant_id, user_id)
    is_within = connection.in_atomic_block
    with transaction.atomic(savepoint=savepoint):
        token = _current.set(wanted)
        try:
            if not is_within or wanted != before:
                _tell(wanted, check=bool(before.scope))
            yield
        finally:
            last = _current.get()
            _current.reset(token)
        # The settings end with the transaction, and its end checks what is deferred. A block that marked its
        # transaction for rollback can run no further statement.
        if is_within and last != before and not connection.needs_rollback:
            _tell(before, check=True)


def narrow(scope: Scope, *, participant_id: int | None = None, user_id: int | None = None) -> None:
    """From here to its end the running block acts on behalf of `scope`. For a block that has written nothing yet."""
    _current.set(Tenancy(scope, participant_id, user_id))
    _tell(_current.get(), check=False)


def acting_as_system(*, savepoint: bool = True) -> AbstractContextManager[None]:
    """The portal itself, across participants: routing, sweeping, figures, seeding. Few places, easy to list."""
    return acting(Scope.SYSTEM, savepoint=savepoint)


def current() -> Tenancy:
    """The tenancy of the running block."""
    return _current.get()


def _tell(tenancy: Tenancy, *, check: bool) -> None:
    values = [tenancy.scope.value, _text(tenancy.participant_id), _text(tenancy.user_id)]
    # Several statements in one cannot be prepared, and are one way to the database and back.
    with connection.cursor() if check else prepared_cursor() as cursor:
        cursor.execute(CHECK_DEFERRED + TELL if check else TELL, values)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
