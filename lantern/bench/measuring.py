"""What all parts of the benchmark share: a line, a clock, and on whose behalf the database is asked."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from lantern.lib.tenancy import Scope, acting
from participants.models import Member


@dataclass(frozen=True)
class Figure:
    """One line of the benchmark."""

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        number = f"{self.value:,.4g}" if self.value < 10 else f"{self.value:.0f}"
        return f"{self.name} {number} {self.unit}"


def seconds(run: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def on_behalf_of(member: Member) -> AbstractContextManager[None]:
    """A transaction on behalf of a member."""
    return acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)
