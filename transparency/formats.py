"""The files a report can be had as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transparency.csv_form import csv_of
from transparency.json_form import json_of
from transparency.pdf_form import pdf_of
from transparency.publishing import Report


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
