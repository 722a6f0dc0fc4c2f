"""A report as tidy CSV, in the columns of the EU's harmonised templates (Implementing Regulation 2024/2835)."""

from collections.abc import Iterator

from lantern.lib.csvfile import rows_as_csv
from transparency.figures import SECTIONS
from transparency.publishing import Report

COLUMNS = (
    "Applicability",
    "Service",
    "Reporting period",
    "Section",
    "Indicator",
    "Scope",
    "Value",
    "Contextual Information",
)


def csv_of(report: Report) -> str:
    """RFC 4180, one number a row; the last rows carry the edition and the SHA-256 of the snapshot."""
    return "".join(rows_as_csv([COLUMNS, *_rows(report)]))


def _rows(report: Report) -> Iterator[tuple[object, ...]]:
    head = ("Lantern", "Lantern", report.snapshot["period"])
    titles = {section.name: section.title for section in SECTIONS}
    for figure in report.snapshot["figures"]:
        about = f"Unit: {figure['unit']}. {figure['definition']}"
        for row in figure["rows"]:
            scope = row["label"] or "Total"
            yield (*head, titles[figure["section"]], figure["label"], scope, row["value"], about)
    edition = "running figures, not published" if report.is_running else report.edition
    yield (*head, "Edition", "Edition", "Total", edition, "A correction is a new edition; earlier ones stay.")
    yield (
        *head,
        "Edition",
        "SHA-256",
        "Total",
        report.sha256,
        "Of the snapshot that page, PDF, CSV and JSON are made from.",
    )
