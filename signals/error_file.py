"""The rejected rows of an upload as a CSV that is right to mend and upload again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Now

from lantern.lib.csvfile import rows_as_csv
from lantern.lib.tenancy import acting_as_system
from signals.columns import ERROR_COLUMNS, plain
from signals.faults import FAULTS
from signals.jobs import limits, take_job
from signals.mapping import choices_of
from signals.models import Outcome, StagedRow, Upload, UploadChunk, UploadState
from signals.reader import open_table

Faults = list[tuple[str, str | None, str]]

KEPT = timedelta(days=7)
"""How long the file of a shared upload is kept for its rejected rows."""


def error_file(upload: Upload, header: Sequence[str] = ()) -> Iterator[str]:
    """The file's own columns, then `_row` `_column` `_code` `_problem` `_how_to_fix`; one line for a rejected row.

    Where none was rejected the file is needed for nothing and may be gone: whoever has it at hand tells its `header`.
    """
    return rows_as_csv(_rows(upload, header))


def kept_until(upload: Upload) -> datetime | None:
    """Until when the rejected rows of a shared upload can be had; None for one that is not shared."""
    return upload.finished_at + KEPT if upload.finished_at and upload.state == UploadState.DONE else None


def forget_over() -> int:
    """Remove the files of uploads that were shared `KEPT` ago; how many pieces. Safe to run twice."""
    with acting_as_system():
        over = Upload.objects.filter(state=UploadState.DONE, finished_at__lt=Now() - KEPT)
        return UploadChunk.objects.filter(upload__in=over).delete()[0]


def _rows(upload: Upload, header: Sequence[str]) -> Iterator[list[str]]:
    rejected = _rejected(upload.pk)
    if not rejected:
        yield [header[index] for index in _own(header)] + list(ERROR_COLUMNS)
        return
    table = open_table(take_job(upload.pk).content(), limits(), choices_of(upload))
    kept = _own(table.header)
    yield [table.header[index] for index in kept] + list(ERROR_COLUMNS)
    for number, cells in table:
        if number in rejected:
            own = [cells[index] if index < len(cells) else "" for index in kept]
            yield own + _told(number, rejected[number])


def _own(header: Sequence[str]) -> list[int]:
    """Where the columns of the file stand: one that was mended brings the five along, and they are made anew."""
    return [index for index, name in enumerate(header) if plain(name) not in ERROR_COLUMNS]


def _rejected(batch: UUID) -> dict[int, Faults]:
    rows = StagedRow.objects.filter(batch=batch, outcome=Outcome.REJECTED)
    return {number: faults or [] for number, faults in rows.values_list("number", "faults")}


def _told(number: int, faults: Faults) -> list[str]:
    codes = list(dict.fromkeys(code for code, _, _ in faults))
    columns = list(dict.fromkeys(column for _, column, _ in faults if column))
    problems = "; ".join(FAULTS[code].title for code in codes)
    fixes = " ".join(FAULTS[code].how_to_fix for code in codes)
    return [str(number), ";".join(columns), ";".join(codes), problems, fixes]
