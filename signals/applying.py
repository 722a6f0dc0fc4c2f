"""The second half of an upload: merge the staged rows, slice by slice, into signals and contributions."""

from django.db.models import Count, Max
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from signals.counting import count_rows
from signals.jobs import Job
from signals.merge import merge_slice
from signals.models import Outcome, StagedRow, Upload, UploadChunk, UploadState
from signals.notices import signals_changed

SLICE_ROWS = 5_000
APPLYING = {"state": UploadState.APPLYING}


def apply(job: Job) -> None:
    """Carry the sharing of an upload to its end, from wherever it stands. Raises `Superseded`."""
    while _slice(job):
        pass
    _finish(job)


def _slice(job: Job) -> bool:
    """Merge the next rows together with the checkpoint; False when none are left or the right to share was lost."""
    with job.slice():
        upload = job.upload()
        rows = StagedRow.objects.filter(batch=upload.pk, number__gt=upload.applied_to).order_by("number")[:SLICE_ROWS]
        ahead = rows.aggregate(rows=Count("number"), to=Max("number"))
        if not ahead["rows"]:
            return False
        at = {**APPLYING, "applied_to": upload.applied_to}
        if not job.may_share():
            _stop(job, at)
            return False
        job.advance(at=at, to={"applied_to": ahead["to"], "rows_applied": upload.rows_applied + ahead["rows"]})
        merge_slice(job.batch, after=upload.applied_to, to=ahead["to"])
    signals_changed.send(sender=Upload)
    return True


def _stop(job: Job, at: dict[str, object]) -> None:
    """The sender or its participant lost the right to share: what is shared stays, the rest is forgotten."""
    job.advance(at=at, to={"state": UploadState.CANCELLED, "finished_at": Now()})
    StagedRow.objects.filter(batch=job.upload_id).delete()
    UploadChunk.objects.filter(upload=job.upload_id).delete()
    record(Event.UPLOAD_CANCELLED, job.upload(), by=job.member, why="right_lost")


def _finish(job: Job) -> None:
    with job.acting():
        upload = job.upload()
        if upload.state != UploadState.APPLYING:
            return
        counts = count_rows(upload.pk)
        job.advance(
            at={**APPLYING, "applied_to": upload.applied_to},
            to={"state": UploadState.DONE, "counts": counts, "finished_at": Now()},
        )
        StagedRow.objects.filter(batch=upload.pk).exclude(outcome=Outcome.REJECTED).delete()
        told = {name: counts[name] for name in Outcome.values}
        record(Event.UPLOAD_APPLIED, upload, by=job.member, outcomes=told)
