"""Reading snapshots: those of today, and those that were frozen under an earlier schema."""

from typing import Any

EXACT, SUPPRESSED, NOT_COLLECTED = "exact", "suppressed", "not_collected"

# The sections of schema 1 stood in the code.
FIRST_SECTIONS = {
    "participation": "Who took part",
    "sharing": "What was shared",
    "decisions": "What was decided",
    "measures": "What was done",
}


def readable(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot in the shape of `lantern-report/2`, whichever it was frozen in. What was not told stays empty."""
    if snapshot["schema"] != "lantern-report/1":
        return {"words": [], "correction": None, **snapshot}
    sections = [{"name": name, "title": title, "text": ""} for name, title in FIRST_SECTIONS.items()]
    figures = [_first_figure(figure) for figure in snapshot["figures"]]
    told = {"sections": sections, "figures": figures, "words": [], "correction": None, "computed_over": None}
    return {**snapshot, **told}


def _first_figure(figure: dict[str, Any]) -> dict[str, Any]:
    rows = [{**row, "mark": EXACT, "shown": f"{row['value']:,}"} for row in figure["rows"]]
    chart = "bars" if len(rows) > 1 else "none"
    return {
        "caveats": "",
        "coverage": None,
        "aggregation": "",
        "chart": chart,
        "cumulative": [],
        **figure,
        "rows": rows,
    }


def value_text(row: dict[str, Any]) -> str:
    """The row's number as every form writes it: `1,234`, `<11`, `withheld`, `not collected`."""
    return str(row["shown"])
