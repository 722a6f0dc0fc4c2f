"""A participant's own handling mark: stricter than the contributors', never looser."""

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from signals.models import Handling, Signal


class WouldLoosen(Exception):
    """The mark would let the signal travel further than those who shared it allow."""


@transaction.atomic
def tighten(signal: Signal, *, tlp: int, by: Member) -> None:
    """Let `signal` travel at `by`'s company no further than `tlp` (a rank). Raises `WouldLoosen`.

    What the company marked before may be taken back, down to what the contributors allow.
    """
    if tlp < signal.tlp:
        raise WouldLoosen
    Handling.objects.update_or_create(participant=by.participant, signal=signal, defaults={"tlp": tlp, "marked_by": by})
    record(Event.HANDLING_TIGHTENED, signal, by=by, tlp=tlp)
