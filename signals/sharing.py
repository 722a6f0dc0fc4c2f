"""Sharing a few signals by hand: the same stage and the same merge as a file."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.record import record
from lantern.lib.ids import new_id
from participants.models import Member, SharingGroup
from signals.jobs import limits
from signals.merge import merge_slice
from signals.models import Outcome, Signal, StagedRow, Upload
from signals.notices import signals_changed
from signals.rows import CheckedRow
from signals.staging import Batch, good_row, stage


@transaction.atomic
def share_signals(rows: Sequence[CheckedRow], *, group: SharingGroup, by: Member) -> dict[Outcome, int]:
    """Share checked rows in `group`; says how many ended as what. The whole lot, or nothing."""
    batch = Batch(new_id(), by.participant_id, group.pk, by.user_id)
    now = timezone.now()
    stage(good_row(batch, number, row, now, limits()) for number, row in enumerate(rows, start=1))
    merge_slice(batch, after=0, to=len(rows))
    staged = StagedRow.objects.filter(batch=batch.id)
    outcomes = {outcome: staged.filter(outcome=outcome).count() for outcome in Outcome}
    for signal in Signal.objects.filter(fingerprint__in=staged.values("fingerprint")):
        record(Event.SIGNAL_SHARED, signal, by=by, kind=signal.kind, group=group.slug)
    staged.delete()
    transaction.on_commit(lambda: signals_changed.send(sender=Upload))
    return outcomes
