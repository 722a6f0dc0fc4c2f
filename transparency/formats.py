"""The files a report can be had as."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transparency.csv_form import csv_of
from transparency.json_form import json_of
from transparency.models import EditionFile
from transparency.pdf_form import pdf_of
from transparency.reports import Report
from transparency.snapshots import canonical


@dataclass(frozen=True)
class Format:
    """One kind of file. `make` gives its bytes."""

    content_type: str
    make: Callable[[Report], bytes]


FORMATS: Mapping[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", lambda report: csv_of(report).encode()),
    "json": Format("application/json", lambda report: json_of(report).encode()),
    "pdf": Format("application/pdf", pdf_of),
}


def file_of(report: Report, form: str) -> bytes:
    """The report as a file: of an edition the very bytes that were kept when it was published."""
    if report.edition is not None:
        kept = EditionFile.objects.filter(edition__year=report.year, edition__number=report.edition, form=form).first()
        if kept:
            return bytes(kept.content)
    return FORMATS[form].make(report)


def sums_of(report: Report) -> str:
    """The SHA-256 of each file and of the snapshot, under the names they are handed out with (`sha256sum --check`)."""
    files = {f"{report.file_stem}.{form}": file_of(report, form) for form in FORMATS}
    files[f"{report.file_stem}-snapshot.json"] = canonical(report.snapshot)
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
