"""A report as tidy CSV, in the columns of the EU's harmonised templates (Implementing Regulation 2024/2835)."""

from collections.abc import Iterator
from typing import Any

from lantern.lib.csvfile import rows_as_csv
from transparency.facts import BEGINNING
from transparency.reading import EXACT, readable, value_text
from transparency.reports import Report

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
Row = tuple[object, ...]


def csv_of(report: Report) -> str:
    """RFC 4180, one number a row; the last rows carry the edition and the SHA-256 of the snapshot.

    Values are plain numbers, `<11` or `withheld` where suppressed, `not collected` where nobody counted. What was
    counted since the beginning is an indicator of its own. The templates know no period without a beginning: its first
    day is one on which nothing was recorded yet (`transparency.facts.BEGINNING`), and the row says so.
    """
    return "".join(rows_as_csv([COLUMNS, *_rows(report)]))


def _rows(report: Report) -> Iterator[Row]:
    snapshot = readable(report.snapshot)
    period = snapshot["period"]
    titles = {section["name"]: section["title"] for section in snapshot["sections"]}
    for figure in snapshot["figures"]:
        section = titles[figure["section"]]
        yield from _figure(figure, ("Lantern", "Lantern", period, section, figure["label"]), "rows")
        so_far = f"{BEGINNING.isoformat()}/{period.partition('/')[2]}"
        ever = ("Lantern", "Lantern", so_far, section, f"{figure['label']} (cumulative)")
        yield from _figure(figure, ever, "cumulative")
    about = ("Lantern", "Lantern", period, "Edition")
    edition = "running figures, not published" if report.is_running else report.edition
    yield (*about, "Edition", "Total", edition, "A correction is a new edition; earlier ones stay.")
    made_from = "Of the snapshot that page, PDF, CSV and JSON are made from."
    yield (*about, "SHA-256", "Total", report.sha256, made_from)


def _figure(figure: dict[str, Any], head: Row, part: str) -> Iterator[Row]:
    coverage = figure["coverage"]
    reported = f" {coverage['reporting']} of {coverage['of']} participants reported." if coverage else ""
    caveats = f" {figure['caveats']}" if figure["caveats"] else ""
    since = " Since the beginning of the programme." if part == "cumulative" else ""
    about = f"Unit: {figure['unit']}. {figure['definition']}{since}{reported}{caveats}"
    for row in figure[part]:
        is_plain = row["mark"] == EXACT and row["value"] is not None
        yield (*head, row["label"] or "Total", row["value"] if is_plain else value_text(row), about)
