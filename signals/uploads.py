"""What people do with an upload once it is there, and what workers do with it."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from audit.events import Event
from audit.record import Actor, record
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from signals.applying import apply
from signals.checking import check
from signals.intake import WORK_ON_UPLOAD
from signals.jobs import Superseded, take_job
from signals.models import StagedRow, Upload, UploadChunk, UploadState

log = logging.getLogger(__name__)
QUIET = timedelta(seconds=15)


class NotReady(Exception):
    """The upload is not in the state for this; somebody was quicker, or the page was old."""


@transaction.atomic
def confirm_upload(upload: Upload, *, by: Member) -> None:
    """Share the good rows of a checked upload that needs no second person. A second click does nothing twice.

    Raises `NotReady`, also for an upload that needs one.
    """
    to = {"state": UploadState.APPLYING, "confirmed_at": Now(), "started_at": Now(), "touched_at": Now()}
    if not Upload.objects.filter(pk=upload.pk, state=UploadState.READY, needs_approval=False).update(**to):
        raise NotReady
    record(Event.UPLOAD_CONFIRMED, upload, by=by)
    ring(WORK_ON_UPLOAD, upload_id=str(upload.pk))


@transaction.atomic
def cancel_upload(upload: Upload, *, by: Actor, why: str = "cancelled") -> None:
    """Forget an upload that shares nothing yet: its file and its staged rows go. Raises `NotReady`."""
    to = {"state": UploadState.CANCELLED, "finished_at": Now()}
    if not Upload.objects.filter(pk=upload.pk, state__in=UploadState.unshared()).update(**to):
        raise NotReady
    StagedRow.objects.filter(batch=upload.pk).delete()
    UploadChunk.objects.filter(upload=upload).delete()
    record(Event.UPLOAD_CANCELLED, upload, by=by, why=why)


def work_on(upload_id: UUID) -> None:
    """Carry an upload on as far as it goes without a person. May be called any number of times, by anyone, at once."""
    job = take_job(upload_id)
    try:
        with job.acting():
            state = job.upload().state
        if state == UploadState.CHECKING:
            check(job)
            with job.acting():
                state = job.upload().state
        if state == UploadState.APPLYING:
            apply(job)
    except Superseded:
        log.info("upload %s is carried on elsewhere", upload_id)


def sweep() -> None:
    """Ring again for running uploads that have shown no sign of life for a while: a worker died, or a ring was lost."""
    with acting_as_system():
        quiet = Upload.objects.filter(state__in=UploadState.running(), touched_at__lt=Now() - QUIET)
        for upload_id in quiet.values_list("pk", flat=True):
            ring(WORK_ON_UPLOAD, upload_id=str(upload_id))
