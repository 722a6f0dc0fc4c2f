"""A report as tagged PDF (PDF/UA-1), set by typst."""

import json
from datetime import UTC, datetime
from pathlib import Path

import typst

from transparency.page_form import page_of
from transparency.reports import Report

SOURCE = Path(__file__).parent / "report.typ"
CHART_WIDTH = "604"  # pixels of SVG, three quarters of a point each: the width of the text on A4


def pdf_of(report: Report) -> bytes:
    """The same report gives the same bytes: the time in the file is the report's, the fonts are typst's own."""
    made_at = report.published_at or report.computed_at or datetime(report.year, 1, 1, tzinfo=UTC)
    told = json.dumps(page_of(report, chart_width=CHART_WIDTH), default=str)
    compiler = typst.Compiler(SOURCE, ignore_system_fonts=True, sys_inputs={"report": told})
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(made_at.timestamp()))
    assert isinstance(made, bytes)  # one document and no output file gives bytes
    return made
