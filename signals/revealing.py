"""Showing a value to somebody: always asked for, always written down."""

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from signals.models import Signal
from signals.models.signal import ValueNotHeld


@transaction.atomic
def reveal(signal: Signal, *, by: Member, why: str) -> str:
    """The value of `signal` as people read it; `why` names the page it was asked for on.

    Raises `ValueNotHeld` once nobody shares it: what a hold keeps then is kept from everybody.
    """
    if not signal.is_shared:
        raise ValueNotHeld
    record(Event.SIGNAL_REVEALED, signal, by=by, kind=signal.kind, why=why)
    return signal.shown_value
