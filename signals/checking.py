"""The first half of an upload: read the file, check every row, stage it. Nothing becomes visible to anybody."""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from audit.events import Event
from audit.record import record
from lantern.lib.collecting import uncollected
from signals.counting import count_rows, shareable
from signals.faults import FileRefused
from signals.harm_choice import chosen_before, count_untagged
from signals.jobs import Job, limits
from signals.mapping import MAPPABLE, as_choices, choices_for, choices_of, mappable, names_of, seal_mapping
from signals.models import Upload, UploadChunk, UploadState
from signals.reader import Table, open_table, prescan, read_head
from signals.rows import CheckedRow, check_row
from signals.staging import Packing, stage
from signals.threatexchange import LAYOUT as THREAT_EXCHANGE

log = logging.getLogger(__name__)
SLICE_ROWS = 5_000
SLICE_CHARACTERS = 2_000_000
"""Of what the file says. A normal form may be many times as long as what was given, and two slices are in memory."""
NumberedRow = tuple[int, list[str]]
Staged = tuple[list[bytes], int]
"""Rows as they are staged, and how many of them asked for more time than they are given."""
CHECKING = {"state": UploadState.CHECKING}


def check(job: Job) -> None:
    """Carry the check of an upload to its end, from wherever it stands. Raises `Superseded`."""
    with job.acting():
        upload = job.upload()
    try:
        if upload.rows_total is None:
            upload = _measure(job)
        _check_rows(job, upload)
    except FileRefused as refused:
        _refuse(job, refused)
        return
    _finish(job)


def _measure(job: Job) -> Upload:
    """Read the whole file once: what is refused whole is refused before any row counts, and the total is known."""
    with job.acting():
        upload = job.upload()
    mapping = upload.mapping or _named_by_participant(job)
    read = prescan(job.content(), limits(), as_choices(mapping))
    untagged = count_untagged(job.content(), limits()) if read.columns.layout is THREAT_EXCHANGE else None
    sealed = seal_mapping(mapping, upload.pk)
    to = {"rows_total": read.rows, "started_at": Now(), "sealed_mapping": sealed, "untagged": untagged}
    with job.acting():
        if untagged and upload.sealed_harm_types is None:
            to["sealed_harm_types"] = chosen_before(upload)
        job.advance(at={**_round(upload), "rows_total": None}, to=to)
        return job.upload()


def _named_by_participant(job: Job) -> dict[str, str]:
    with job.acting():
        names = names_of(job.member.participant_id)
    return choices_for(read_head(job.content(), limits(), rows=0).header, names) if names else {}


def _round(upload: Upload) -> dict[str, Any]:
    """The check that is going on: another one begins when something is chosen anew."""
    return {**CHECKING, "check_number": upload.check_number}


def _check_rows(job: Job, upload: Upload) -> None:
    table = open_table(job.content(), limits(), choices_of(upload))
    done, last, shortened = upload.rows_checked, upload.last_number, upload.expiries_shortened
    for rows, staged, more in _made_ready(job, table, _slices(islice(table, done, None))):
        at = {**_round(upload), "rows_checked": done, "last_number": last}
        done, last, shortened = done + len(rows), rows[-1][0], shortened + more
        with job.slice():
            job.advance(at=at, to={"rows_checked": done, "last_number": last, "expiries_shortened": shortened})
            stage(job.batch, staged)


def _made_ready(
    job: Job, table: Table, slices: Iterable[list[NumberedRow]]
) -> Iterator[tuple[list[NumberedRow], list[bytes], int]]:
    """Each slice with its rows checked and sealed, which a second thread does while the database stages the one before.

    The thread asks the database nothing; the one that waits for the database leaves it the processor.
    """
    with uncollected(), ThreadPoolExecutor(1, thread_name_prefix="check") as hand:
        ahead: tuple[list[NumberedRow], Future[Staged]] | None = None
        for rows in slices:
            begun = rows, hand.submit(_staged, job, table, rows, timezone.now())
            if ahead:
                yield ahead[0], *ahead[1].result()
            ahead = begun
        if ahead:
            yield ahead[0], *ahead[1].result()


def _slices(rows: Iterator[NumberedRow]) -> Iterator[list[NumberedRow]]:
    while taken := list(_slice(rows)):
        yield taken


def _slice(rows: Iterator[NumberedRow]) -> Iterator[NumberedRow]:
    characters = 0
    for row in islice(rows, SLICE_ROWS):
        yield row
        characters += sum(map(len, row[1]))
        if characters > SLICE_CHARACTERS:
            return


def _staged(job: Job, table: Table, rows: list[NumberedRow], now: datetime) -> Staged:
    staged, shortened, allowed = [], 0, limits()
    packing = Packing(job.batch, now, allowed)
    for number, cells in rows:
        checked = check_row(number, cells, table.columns, now=now, limits=allowed)
        if isinstance(checked, CheckedRow):
            staged.append(packing.good(number, checked))
            shortened += checked.expiry_shortened
        else:
            staged.append(packing.rejected(number, checked))
    return staged, shortened


def _finish(job: Job) -> None:
    """Count the rows; then wait for a person, unless the sharing was confirmed from the start."""
    with job.acting():
        upload = job.upload()
        goes_on = upload.confirmed_at is not None
        to = {"state": UploadState.APPLYING if goes_on else UploadState.READY, "started_at": Now()}
        job.advance(at={**_round(upload), "rows_checked": upload.rows_total}, to=to)
        counts = count_rows(upload.pk)
        is_large = shareable(counts) > settings.UPLOAD_APPROVAL_ROWS
        Upload.objects.filter(pk=upload.pk).update(counts=counts, needs_approval=is_large and not goes_on)
        record(Event.UPLOAD_CHECKED, upload, by=job.member, read=counts["read"], rejected=counts["rejected"])


def _refuse(job: Job, refused: FileRefused) -> None:
    log.info("upload %s refused: %s", job.upload_id, refused.code)
    is_kept = refused.code in MAPPABLE and bool(mappable(read_head(job.content(), limits(), rows=0).header, {}))
    with job.acting():
        to = {"state": UploadState.REFUSED, "refusal": refused.code, "finished_at": Now()}
        job.advance(at=CHECKING, to=to)
        if not is_kept:
            UploadChunk.objects.filter(upload=job.upload_id).delete()
        record(Event.UPLOAD_REFUSED, job.upload(), by=job.member, code=refused.code)
