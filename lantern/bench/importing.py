"""How quickly a large file becomes signals: by Lantern, by bare COPY, and by django-import-export as it comes."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import tablib
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from import_export import resources

from lantern.bench.measuring import Figure, on_behalf_of, seconds
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, SharingGroup
from signals.columns import NATIVE
from signals.faults import RowFault
from signals.intake import start_upload
from signals.kinds import normal_form
from signals.limits import Limits
from signals.models import Signal, Upload
from signals.models.signal import fingerprint_of, seal_value
from signals.reader import open_table

SAMPLE = 20_000
CARRY_ON = "--carry-on"


def measure(content: bytes, sender: Member) -> Iterator[Figure]:
    """Import the file as `sender`, with a worker in a process of its own; then hold it against two others."""
    rows = content.count(b"\n") - 1
    sample = min(SAMPLE, rows)
    plain = sample / _by_resource(content, sample)
    shared, megabytes, upload = _import(content, sender)
    copied = rows / min(seconds(lambda: _copy(content)) for _ in range(2))
    speed = rows / shared
    yield Figure("import_rows", speed, f"rows/s, {rows} rows from upload to applied")
    sharing = _sharing(upload, sender)
    yield Figure("import_checking", rows / (shared - sharing), "rows/s, sealed, read, checked and staged")
    yield Figure("import_sharing", rows / sharing, "rows/s, merged")
    yield Figure("import_memory", megabytes, "MB, peak of the worker")
    yield Figure("copy_rows", copied, "rows/s, raw COPY of the same file")
    yield Figure("import_share_of_copy", speed / copied, "of 1")
    yield Figure("import_export_rows", plain, f"rows/s, django-import-export on {sample} of the rows, signals only")
    yield Figure("import_times_import_export", speed / plain, "times")


def carry_on(upload_id: str) -> None:
    """What the worker's process does: wait for the word, work, say its peak of memory in KB."""
    from signals.uploads import work_on  # noqa: PLC0415 - as a worker would find it, loaded before the clock runs

    print("ready", flush=True)  # noqa: T201 - speaks to the process that started it
    sys.stdin.readline()
    work_on(Upload(pk=upload_id).pk)
    print(_peak(), flush=True)  # noqa: T201 - as above


def _peak() -> int:
    """KB of this program. (`ru_maxrss` would not do: it begins with what the process had that started this one.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1])  # type: ignore[index]


def _import(content: bytes, sender: Member) -> tuple[float, float, Upload]:
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_ROWS = len(content), content.count(b"\n")
    limits = {"LANTERN_UPLOAD_MAX_BYTES": str(len(content)), "LANTERN_UPLOAD_MAX_ROWS": str(content.count(b"\n"))}
    started = time.perf_counter()
    with on_behalf_of(sender):
        group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG)
        upload = start_upload(ContentFile(content, "bench.csv"), group=group, by=sender, share=True)
    sealed = time.perf_counter() - started
    command = [sys.executable, "manage.py", "bench", CARRY_ON, str(upload.pk)]
    with subprocess.Popen(
        command, env={**os.environ, **limits}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        while worker.stdout.readline() not in ("ready\n", ""):
            pass
        started = time.perf_counter()
        worker.stdin.write("go\n")
        worker.stdin.flush()
        told = worker.stdout.readline()
        worked = time.perf_counter() - started
    return sealed + worked, int(told) / 1000, upload


def _sharing(upload: Upload, sender: Member) -> float:
    """Seconds of the second phase, by the job's row."""
    with on_behalf_of(sender):
        job = Upload.objects.get(pk=upload.pk)
    assert job.started_at is not None
    assert job.finished_at is not None
    return (job.finished_at - job.started_at).total_seconds()


def _copy(content: bytes) -> None:
    """The physical limit: the raw file into a table without log and index."""
    columns = ", ".join(f"{name} text" for name in NATIVE)
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE raw ({columns}) ON COMMIT DROP")
        with cursor.copy("COPY raw FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(content)


class SignalResource(resources.ModelResource):  # type: ignore[misc]
    """What a project writes that leaves everything to the library; values are sealed, nothing is told apart."""

    class Meta:
        model = Signal
        import_id_fields = ("fingerprint",)
        fields = ("sharing_group", "kind", "service", "fingerprint", "severity")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """From what stands in the file to what is kept."""
        normal, service = normal_form(row["kind"], row["value"], row["service"])
        fingerprint = fingerprint_of(kwargs["group"], row["kind"], service, normal)
        row.update(value=normal, service=service, fingerprint=fingerprint, sharing_group=kwargs["group"])

    def before_save_instance(self, instance: Signal, row: Any, **_: Any) -> None:
        """Seal the value for its row."""
        instance.value = seal_value(row["value"], instance.pk)


class _Undo(Exception):
    """What the measuring wrote is not to stay."""


def _by_resource(content: bytes, rows: int) -> float:
    """Seconds of the library with its defaults on good rows of the file, signals alone; undone afterwards."""
    table = open_table([content], Limits(len(content), content.count(b"\n")))
    at = {place: index for index, place in table.columns.by_index.items()}
    chosen = tablib.Dataset(headers=["sharing_group", "kind", "service", "fingerprint", "value", "severity"])
    good = (cells for _, cells in table if len(cells) == len(NATIVE) and _is_good(cells))
    for cells in islice(good, rows):
        chosen.append(["", cells[at["kind"]], cells[at["service"]], "", cells[at["value"]], 2])
    taken = 0.0
    with suppress(_Undo), acting_as_system(), transaction.atomic():
        group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG).pk
        taken = seconds(lambda: SignalResource().import_data(chosen, raise_errors=True, group=group))
        raise _Undo
    return taken


def _is_good(cells: list[str]) -> bool:
    try:
        normal_form(cells[0], cells[1], cells[2])
    except RowFault:
        return False
    return True
