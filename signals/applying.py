"""The second half of an upload: merge the staged rows, slice by slice, into signals and contributions.

A large upload goes along two tracks at once, each with a connection, a half of the fingerprints and a checkpoint of its
own. They name different signals, and make the incidents they share beforehand, so neither waits for the other.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from signals.counting import count_rows
from signals.jobs import Job
from signals.merge import BOTH, UPPER, make_incidents, merge_slice
from signals.models import Outcome, StagedRow, Upload, UploadChunk, UploadState
from signals.notices import signals_changed

SLICE_ROWS = 10_000
LARGE_ROWS = 30_000
APPLYING = {"state": UploadState.APPLYING}

NEXT = f"""
SELECT count(*) FILTER (WHERE {UPPER} = ANY(%(halves)s)), max(number) FROM (
    SELECT number, fingerprint FROM signals_stagedrow
    WHERE batch = %(batch)s AND number > %(after)s ORDER BY number LIMIT %(most)s
) AS ahead
"""


@dataclass(frozen=True)
class Track:
    """Halves of the fingerprints, and the column of the upload that tells up to which row those are shared."""

    halves: tuple[bool, ...]
    checkpoint: str


WHOLE = Track(BOTH, "applied_to")
TRACKS = (Track((False,), "applied_to"), Track((True,), "upper_applied_to"))


def apply(job: Job) -> None:
    """Carry the sharing of an upload to its end, from wherever it stands. Raises `Superseded`."""
    if _has_tracks(job):
        _side_by_side(job)
    else:
        while _slice(job):
            pass
    _finish(job)


def _has_tracks(job: Job) -> bool:
    """Whether it goes along two tracks, which begin where the upload stands; once it does, it does to its end."""
    with job.acting():
        whole = Upload.objects.filter(pk=job.upload_id, upper_applied_to__isnull=True, **APPLYING)
        whole.filter(rows_total__gte=LARGE_ROWS).update(upper_applied_to=F("applied_to"))
        return job.upload().upper_applied_to is not None


def _side_by_side(job: Job) -> None:
    with ThreadPoolExecutor(len(TRACKS), thread_name_prefix="share") as hands:
        carried = [hands.submit(_carry, job, track) for track in TRACKS]
    for each in carried:
        each.result()


def _carry(job: Job, track: Track) -> None:
    """What a thread does, with a connection that nobody else uses."""
    try:
        while _slice(job, track):
            pass
    finally:
        connection.close()


def _slice(job: Job, track: Track = WHOLE) -> bool:
    """Merge the next rows together with the checkpoint; False when none are left or the right to share was lost."""
    with job.acting():
        upload = job.upload()
        after = getattr(upload, track.checkpoint)
        rows, to = _ahead(upload, after, track)
        if to is None or not job.may_share():
            return False
        make_incidents(job.batch, after=after, to=to, halves=track.halves)
    at = {**APPLYING, track.checkpoint: after}
    try:
        with job.slice():
            merge_slice(job.batch, after=after, to=to, halves=track.halves)
            # The other track moves its own checkpoint in the same row, so this comes last: nobody waits while it works.
            job.advance(at=at, to={track.checkpoint: to, "rows_applied": F("rows_applied") + rows})
    except IntegrityError:  # a worker that was taken for dead has shared the same rows meanwhile
        job.stop_if_moved(at=at)
        raise
    signals_changed.send(sender=Upload)
    return True


def _ahead(upload: Upload, after: int, track: Track) -> tuple[int, int | None]:
    """How many rows of a track the next slice has, and up to which number it goes: None where nothing is left."""
    most = SLICE_ROWS * len(BOTH) // len(track.halves)
    values: dict[str, Any] = {"batch": upload.pk, "after": after, "most": most, "halves": list(track.halves)}
    with connection.cursor() as cursor:
        cursor.execute(NEXT, values)
        rows, to = cursor.fetchone()
    return rows, to


def _stop(job: Job, at: dict[str, Any]) -> None:
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
        at = {**APPLYING, "applied_to": upload.applied_to, "upper_applied_to": upload.upper_applied_to}
        shared_to = min(to for to in (upload.applied_to, upload.upper_applied_to) if to is not None)
        if StagedRow.objects.filter(batch=upload.pk, number__gt=shared_to).exists():
            _stop(job, at)
            return
        counts = count_rows(upload.pk)
        job.advance(at=at, to={"state": UploadState.DONE, "counts": counts, "finished_at": Now()})
        StagedRow.objects.filter(batch=upload.pk).exclude(outcome=Outcome.REJECTED).delete()
        if not counts[Outcome.REJECTED]:
            UploadChunk.objects.filter(upload=upload).delete()
        told = {name: counts[name] for name in Outcome.values}
        record(Event.UPLOAD_APPLIED, upload, by=job.member, outcomes=told)
