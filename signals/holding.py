"""Legal holds: nothing of a signal expires or is erased while the law wants it kept."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from audit.events import Event
from audit.record import record
from lantern.lib.tenancy import acting_as_system
from signals.ending import wipe
from signals.models import Contribution, Incident, LegalHold, Signal


class NothingThere(Exception):
    """There is no signal or incident of that id."""


class AlreadyLifted(Exception):
    """The hold was lifted before."""


@transaction.atomic
def place_hold(*, reason: str, by: User, signal_id: UUID | None = None, incident_id: UUID | None = None) -> LegalHold:
    """Keep a signal, or all signals of an incident, whatever happens. Raises `NothingThere`.

    It waits for whoever is ending them at this moment; what was wiped before cannot be kept any more.
    """
    with acting_as_system():
        if not is_there(signal_id=signal_id, incident_id=incident_id):
            raise NothingThere
        _lock([signal_id] if signal_id else _signals_of(incident_id))
        hold = LegalHold(signal_id=signal_id, incident_id=incident_id, reason=reason, placed_by=by)
        hold.save()
    record(Event.HOLD_PLACED, hold, by=by, on="signal" if signal_id else "incident")
    return hold


def is_there(*, signal_id: UUID | None = None, incident_id: UUID | None = None) -> bool:
    """Whether there is a signal, or an incident, of that id to place a hold on."""
    with acting_as_system():
        if signal_id:
            return Signal.objects.filter(pk=signal_id).exists()
        return incident_id is not None and Incident.objects.filter(pk=incident_id).exists()


@transaction.atomic
def lift_hold(hold: LegalHold, *, because: str, by: User) -> None:
    """End a hold. What ended meanwhile loses its value now; what is overdue ends tonight. Raises `AlreadyLifted`."""
    with acting_as_system():
        to = {"lifted_at": Now(), "lifted_by": by, "lifted_because": because}
        if not LegalHold.objects.filter(pk=hold.pk, lifted_at__isnull=True).update(**to):
            raise AlreadyLifted
        signals = [hold.signal_id] if hold.signal_id else _signals_of(hold.incident_id)
        _lock(signals)
        wipe(signals)
    record(Event.HOLD_LIFTED, hold, by=by)


def _signals_of(incident_id: UUID | None) -> list[UUID]:
    return list(Contribution.objects.filter(incident=incident_id).values_list("signal_id", flat=True).distinct())


def _lock(signals: Sequence[UUID]) -> None:
    list(Signal.objects.filter(pk__in=signals).order_by("fingerprint").select_for_update().values_list("pk"))
