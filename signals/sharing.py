"""Sharing a few signals by hand: the same stage and the same merge as a file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.record import record
from lantern.lib.ids import new_id
from participants.models import Member, SharingGroup
from signals.drafts import forget_shared
from signals.jobs import limits
from signals.merge import make_incidents, merge_slice
from signals.models import Outcome, Signal, StagedRow, Upload
from signals.notices import signals_changed
from signals.rows import CheckedRow
from signals.staging import Batch, Packing, stage


@dataclass(frozen=True)
class Shared:
    """What became of one row: how it ended, and the signal it is about."""

    outcome: Outcome
    signal: Signal


@transaction.atomic
def share_signals(rows: Sequence[CheckedRow], *, group: SharingGroup, by: Member) -> dict[Outcome, int]:
    """Share checked rows in `group`; says how many ended as what. The whole lot, or nothing."""
    shared = _merged(rows, group, by)
    for signal in {each.signal.pk: each.signal for each in shared}.values():
        record(Event.SIGNAL_SHARED, signal, by=by, kind=signal.kind, group=group.slug)
    counted = Counter(each.outcome for each in shared)
    return {outcome: counted[outcome] for outcome in Outcome}


@transaction.atomic
def share_incident(
    rows: Sequence[CheckedRow], *, group: SharingGroup, by: Member, sitting: UUID | None = None
) -> list[Shared]:
    """Share the identifiers of one incident, as typed by `by`; says of each row, in order, what became of it.

    The draft they were typed in is forgotten, and what its `sitting` of the form still sends comes too late.
    """
    shared = _merged(rows, group, by)
    forget_shared(by, sitting)
    kinds = dict(Counter(row.kind for row in rows))
    outcomes = dict(Counter(each.outcome.value for each in shared))
    target = shared[0].signal if len(shared) == 1 else Signal
    record(Event.INCIDENT_SHARED, target, by=by, group=group.slug, kinds=kinds, outcomes=outcomes)
    return shared


def _merged(rows: Sequence[CheckedRow], group: SharingGroup, by: Member) -> list[Shared]:
    batch = Batch(new_id(), by.participant_id, group.pk, by.user_id)
    packing = Packing(batch, timezone.now(), limits())
    stage(batch, (packing.good(number, row) for number, row in enumerate(rows, start=1)))
    make_incidents(batch, after=0, to=len(rows))
    merge_slice(batch, after=0, to=len(rows))
    staged = StagedRow.objects.filter(batch=batch.id).order_by("number").values_list("outcome", "fingerprint")
    ended = list(staged)
    signals = Signal.objects.in_bulk({fingerprint for _, fingerprint in ended}, field_name="fingerprint")
    StagedRow.objects.filter(batch=batch.id).delete()
    transaction.on_commit(lambda: signals_changed.send(sender=Upload))
    return [Shared(Outcome(outcome), signals[fingerprint]) for outcome, fingerprint in ended]
