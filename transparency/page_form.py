"""A report as the public page and the PDF tell it: headline figures, then sections with a chart and a table each."""

from typing import Any

from transparency.figures import FIGURES, SECTIONS
from transparency.publishing import Report

# The one figure of a section whose parts share a unit and can be compared at a glance.
CHARTS = {"sharing": "signals_by_kind", "decisions": "reviews_by_verdict"}

INTRODUCTION = (
    "Technology companies share signals about activity that broke their child-safety policies. Others look at their own"
    " platforms, judge against their own policies and act. This report says what came of it in one year. A signal is a"
    " lead, never proof, and each figure below counts what participants recorded, not what was true of any person."
)


def page_of(report: Report) -> dict[str, Any]:
    """The context of `transparency/year.html` and of `report.typ`."""
    figures = report.snapshot["figures"]
    return {
        "title": f"Transparency report {report.year}",
        "year": report.year,
        "period_label": f"1 January to 31 December {report.year} (UTC)",
        "edition": report.edition,
        "sha256": report.sha256,
        "is_running": report.is_running,
        "published_at": report.published_at,
        "introduction": INTRODUCTION,
        "headline": [_headline(figure) for figure in figures if _is_headline(figure)],
        "sections": [_section(section.name, section.title, section.text, figures) for section in SECTIONS],
    }


def _is_headline(figure: dict[str, Any]) -> bool:
    return figure["name"] in FIGURES and FIGURES[figure["name"]].headline


def _headline(figure: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": figure["label"],
        "value": _number(figure["rows"][0]["value"]),
        "unit": figure["unit"],
        "definition": figure["definition"],
        "anchor": figure["section"],
    }


def _section(name: str, title: str, text: str, figures: list[dict[str, Any]]) -> dict[str, Any]:
    own = [figure for figure in figures if figure["section"] == name]
    charted = next((figure for figure in own if figure["name"] == CHARTS.get(name)), None)
    return {
        "anchor": name,
        "title": title,
        "text": text,
        "chart_title": f"{charted['label']} ({charted['unit']})" if charted else "",
        "bars": _bars(charted["rows"]) if charted else [],
        "columns": ["Figure", "Number", "Unit"],
        "rows": [row for figure in own for row in _rows(figure)],
    }


def _rows(figure: dict[str, Any]) -> list[list[str]]:
    parts = [row for row in figure["rows"] if row["value"] or not row["scope"]]
    name = figure["label"]
    return [
        [f"{name}: {row['label']}" if row["scope"] else name, _number(row["value"]), figure["unit"]] for row in parts
    ] or [[name, "0", figure["unit"]]]


def _bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bars from zero, the longest first; parts in which nothing happened stand in the table's files only."""
    most = max((row["value"] for row in rows), default=0)
    shown = sorted((row for row in rows if row["value"]), key=lambda row: -row["value"])
    return [
        {
            "label": row["label"],
            "value": _number(row["value"]),
            "width": round(100 * row["value"] / most, 1),
            "mark": "",
        }
        for row in shown
    ]


def _number(value: int) -> str:
    return f"{value:,}"
