"""Showing a value to somebody: always asked for, always written down."""

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from signals.models import Signal


@transaction.atomic
def reveal(signal: Signal, *, by: Member, why: str) -> str:
    """The value of `signal` as people read it; `why` names the page it was asked for on."""
    record(Event.SIGNAL_REVEALED, signal, by=by, kind=signal.kind, why=why)
    return signal.shown_value
