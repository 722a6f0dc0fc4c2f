"""A report as the public page and the PDF tell it: words, headline figures, sections with their charts and tables."""

from datetime import date
from typing import Any

from transparency.charts import Chart
from transparency.reading import EXACT, readable, value_text
from transparency.reports import Report
from transparency.words import BEFORE_FIGURES, TEXTS

HEADLINE = ("participants", "signals_shared", "reviews_decided", "accounts_disabled", "content_removed", "urls_blocked")
Told = dict[str, Any]


def page_of(report: Report, *, chart_width: str = "100%") -> Told:
    """The context of `transparency/year.html` and of `report.typ`."""
    snapshot = readable(report.snapshot)
    figures = {figure["name"]: figure for figure in snapshot["figures"]}
    words = snapshot["words"] if not report.is_running else [_text("introduction")]
    return {
        "title": f"Transparency report {report.year}",
        "year": report.year,
        "period_label": _period_label(snapshot["period"]),
        "about": _about(report),
        "edition": report.edition,
        "sha256": report.sha256,
        "is_running": report.is_running,
        "published_at": report.published_at,
        "before": [text for text in words if text["name"] in BEFORE_FIGURES],
        "after": [text for text in words if text["name"] not in BEFORE_FIGURES],
        "correction": _correction(snapshot["correction"]),
        "headline": [_headline(figures[name]) for name in HEADLINE if name in figures],
        "sections": [_section(section, snapshot["figures"], chart_width) for section in snapshot["sections"]],
    }


def words_of(page: Told) -> list[Told]:
    """The texts of a page alone, in their order."""
    reason = page["correction"]["reason"] if page["correction"] else ""
    first = [{"name": "correction", "title": "What this edition corrects", "text": reason}] if reason else []
    return [*first, *page["before"], *page["after"]]


def _period_label(period: str) -> str:
    first, last = (date.fromisoformat(day) for day in period.split("/"))
    return f"{first.day} {first:%B} to {_day(last)} (UTC)"


def _about(report: Report) -> str:
    if report.published_at:
        return f"Edition {report.edition}, published {_day(report.published_at)}."
    if report.computed_at:
        as_of = f"{_day(report.computed_at)}, {report.computed_at:%H:%M} (UTC)"
        return f"Figures so far, as of {as_of}; they will change until the year's report is published."
    return f"Edition {report.edition}, a draft that is not published."


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _text(name: str) -> Told:
    text = TEXTS[name]
    return {"name": text.name, "title": text.title, "text": text.default}


def _correction(correction: Told | None) -> Told | None:
    if correction is None:
        return None
    columns = ["Figure", "Row", "Before", "Now"]
    rows = [
        [change["figure"], _place(change), change["before"] or "(none)", change["after"] or "(none)"]
        for change in correction["changes"]
    ]
    return {"of": correction["of"], "reason": correction["reason"], "columns": columns, "rows": rows}


def _place(change: Told) -> str:
    return f"{change['scope']}, {change['span']}" if change["span"] else change["scope"]


def _headline(figure: Told) -> Told:
    return {
        "name": figure["name"],
        "label": figure["label"],
        "value": value_text(figure["rows"][0]),
        "unit": figure["unit"],
        "definition": figure["definition"],
    }


def _section(section: Told, figures: list[Told], chart_width: str) -> Told:
    own = [figure for figure in figures if figure["section"] == section["name"]]
    single = [figure for figure in own if len(figure["rows"]) == 1]
    return {
        "anchor": section["name"],
        "title": section["title"],
        "text": section["text"],
        "totals": _totals(single),
        "figures": [_figure(figure, chart_width) for figure in own if len(figure["rows"]) > 1],
    }


def _totals(figures: list[Told]) -> Told | None:
    """Figures of a single number, in one table: each row has its own unit."""
    if not figures:
        return None
    with_all = any(figure["cumulative"] for figure in figures)
    return {
        "columns": ["Figure", "In the year", *(["Since the beginning"] if with_all else []), "Unit"],
        "rows": [
            {
                "label": figure["label"],
                "name": figure["name"],
                "cells": _cells(figure, with_all),
                "unit": figure["unit"],
            }
            for figure in figures
        ],
        "notes": [{"label": figure["label"], "text": note} for figure in figures if (note := _note(figure))],
    }


def _cells(figure: Told, with_all: bool) -> list[Told]:
    parts = [figure["rows"], figure["cumulative"]] if with_all else [figure["rows"]]
    return [_cell(part[0] if part else None) for part in parts]


def _figure(figure: Told, chart_width: str) -> Told:
    """A figure of several rows, with its chart where there is something to compare."""
    chart = Chart(figure["name"], f"{figure['label']} ({figure['unit']})", figure["chart"], figure["rows"])
    so_far = {row["scope"]: row for row in figure["cumulative"]}
    return {
        "name": figure["name"],
        "label": figure["label"],
        "unit": figure["unit"],
        "definition": figure["definition"],
        "note": _note(figure),
        "chart": chart.svg(chart_width) if chart.is_worth_drawing else "",
        "chart_title": chart.title,
        "chart_description": chart.description,
        "columns": ["", "In the year", *(["Since the beginning"] if so_far else [])],
        "rows": [
            {
                "label": row["label"] or "Total",
                "cells": [_cell(row), *([_cell(so_far.get(row["scope"]))] if so_far else [])],
            }
            for row in figure["rows"]
        ],
    }


def _cell(row: Told | None) -> Told:
    return {"text": value_text(row), "mark": row["mark"]} if row else {"text": "", "mark": EXACT}


def _note(figure: Told) -> str:
    """Who reported, and what to be careful about."""
    coverage = figure["coverage"]
    reported = f"{coverage['reporting']} of {coverage['of']} participants reported this." if coverage else ""
    return " ".join(part for part in (reported, figure["caveats"]) if part)
