"""What a participant that left had shared is withdrawn, with notice to the readers, and its files are forgotten.

The job is the fact itself: contributions in force of a participant that has left. An upload that was being shared at
that moment may add some after the first withdrawal; the sweeper finds them and asks again.
"""

from contextlib import suppress

from django.db.models import Exists, OuterRef

from audit.record import PORTAL
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from participants.models import Participant, ParticipantState
from signals.end_reasons import DEPARTED
from signals.models import Contribution, Upload, UploadChunk, UploadState, Withdrawal
from signals.uploads import NotReady, cancel_upload
from signals.withdrawing import withdraw_everything

WITHDRAW_DEPARTED = "signals.withdraw_departed"


def withdraw_departed() -> int:
    """Have all withdrawn that participants who left still have in force; of how many of them. Safe to run twice.

    Their uploads that share nothing yet are cancelled, and no file of theirs is kept.
    """
    with acting_as_system():
        _forget_files()
        shares = Exists(Contribution.objects.in_force().filter(participant=OuterRef("pk")))
        left = Participant.objects.select_for_update(skip_locked=True, no_key=True)
        departed = list(left.filter(shares, state=ParticipantState.LEFT))
        under_way = Withdrawal.objects.filter(reason=DEPARTED.name, finished_at__isnull=True)
        known = set(under_way.values_list("participant_id", flat=True))
        return sum(withdraw_everything(each) is not None for each in departed if each.pk not in known)


def _forget_files() -> None:
    """A worker stops by itself what is being shared, and forgets that file."""
    theirs = Upload.objects.filter(participant__state=ParticipantState.LEFT)
    for upload in theirs.filter(state__in=UploadState.unshared()):
        with suppress(NotReady):
            cancel_upload(upload, by=PORTAL, why="departed")
    UploadChunk.objects.filter(upload__in=theirs.exclude(state__in=UploadState.on_their_way())).delete()


def ring_for_departure() -> None:
    """Have a worker begin."""
    ring(WITHDRAW_DEPARTED)
