"""What the form says of an identifier before it is shared: as what it will be kept, and whether it is known."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member, SharingGroup
from signals.faults import RowFault
from signals.forms import words_of
from signals.kinds import normal_form
from signals.models import Signal
from signals.models.signal import fingerprint_of

YOURS = "Your company shares this already. What you say now will replace what it said."


@dataclass(frozen=True)
class Foretold:
    """One identifier: its normal form, or the `problem` with it; `known` says in words what is known of it."""

    normal: str = ""
    service: str = ""
    problem: str = ""
    known: str = ""


@transaction.atomic
def foretell(cells: Mapping[str, str], group: SharingGroup | None, *, by: Member) -> Foretold:
    """What would become of an identifier in `group`. That somebody learned that a value is known is recorded."""
    kind = cells.get("kind", "")
    try:
        normal, service = normal_form(kind, cells.get("value", ""), cells.get("service", ""))
    except RowFault as fault:
        return Foretold(problem=words_of(fault.code))
    return Foretold(normal, service, known=_known(kind, service, normal, group, by) if group else "")


def _known(kind: str, service: str, normal: str, group: SharingGroup, by: Member) -> str:
    fingerprint = fingerprint_of(group.pk, kind.strip().lower(), service, normal)
    signal = Signal.objects.visible_to(by).filter(fingerprint=fingerprint).first()
    if signal is None:
        return ""
    record(Event.SIGNAL_CHECKED, signal, by=by, kind=signal.kind)
    if signal.contributions.in_force().filter(participant=by.participant_id).exists():
        return YOURS
    number = signal.contributor_count
    return f"{number} {'company shares' if number == 1 else 'companies share'} this already. Yours will confirm it."
