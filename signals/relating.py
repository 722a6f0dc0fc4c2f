"""Relations are made after the merge, by a task: slices of signals that are marked `relations_due`."""

from collections.abc import Sequence

from lantern.lib.tenancy import acting_as_system
from signals.models import Relation, Signal
from signals.pdq_pages import add, forget
from signals.relations import fingerprints_of

SLICE = 1_000


def relate() -> int:
    """Make everything that is due, slice by slice; returns how many signals were. Safe to run twice and at once."""
    total = 0
    while taken := _slice():
        total += taken
    return total


def _slice() -> int:
    with acting_as_system():
        due = Signal.objects.filter(relations_due=True).order_by("pk")
        taken = list(due.select_for_update(skip_locked=True)[:SLICE])
        if not taken:
            return 0
        shared = [signal for signal in taken if signal.is_shared]
        Relation.objects.filter(signal__in=taken).delete()
        Relation.objects.bulk_create(_rows(shared))
        forget(signal.pk for signal in taken if signal.kind == "pdq" and not signal.is_shared)
        add([(signal.pk, bytes.fromhex(signal.plain_value)) for signal in shared if signal.kind == "pdq"])
        Signal.objects.filter(pk__in=[signal.pk for signal in taken]).update(relations_due=False)
        return len(taken)


def _rows(signals: Sequence[Signal]) -> list[Relation]:
    return [
        Relation(signal=signal, sharing_group_id=signal.sharing_group_id, sort=sort, fingerprint=fingerprint)
        for signal in signals
        for sort, fingerprint in fingerprints_of(signal.sharing_group_id, signal.kind, signal.plain_value).items()
    ]
