"""A report made up for looking at its forms: every mark, every kind of chart, every text, and a correction."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from transparency.reports import Report
from transparency.snapshots import Snapshot, sha256_of
from transparency.words import default_words, told

MONTHS = [datetime(2025, number, 1, tzinfo=UTC).strftime("%B") for number in range(1, 13)]


def row(scope: str, value: int | None, mark: str = "exact", shown: str = "", label: str = "") -> dict[str, Any]:
    """One row of a figure."""
    words = shown or (f"{value:,}" if value is not None else "<11")
    return {"scope": scope, "label": label or scope, "value": value, "mark": mark, "shown": words}


SUPPRESSED = ("suppressed", "<11")
WITHHELD = ("suppressed", "withheld")
NOT_COLLECTED = ("not_collected", "not collected")
KINDS = [
    row("E-mail address", 1_400),
    row("Username", 700),
    row("Payment handle", 0),
    row("URL", None, *SUPPRESSED),
    row("Domain", None, *WITHHELD),
    row("Phone number", None, *NOT_COLLECTED),
]
BY_MONTH = [row(f"{number:02}", 11 * number, label=name) for number, name in enumerate(MONTHS, start=1)]
BY_MONTH[3] = row("04", None, *SUPPRESSED, label="April")
BY_MONTH[7] = row("08", None, *NOT_COLLECTED, label="August")
BY_MONTH[8] = row("09", 0, label="September")


def _figure(name: str, section: str, label: str, rows: list[dict[str, Any]], chart: str = "none") -> dict[str, Any]:
    return {
        "name": name,
        "section": section,
        "label": label,
        "unit": "signals",
        "definition": "Different signals that were shared in the period.",
        "caveats": "A signal can name several.",
        "coverage": {"reporting": 3, "of": 5},
        "aggregation": "sum",
        "chart": chart,
        "rows": deepcopy(rows),
        "cumulative": [] if chart == "months" else deepcopy(rows),
    }


def snapshot(edition: int | None = 2) -> Snapshot:
    """What an edition holds."""
    return {
        "schema": "lantern-report/2",
        "year": 2025,
        "period": "2025-01-01/2025-12-31",
        "edition": edition,
        "computed_over": {"participants": 5},
        "sections": [
            {"name": "sharing", "title": "What was shared", "text": "A signal is a lead."},
            {"name": "measures", "title": "What was done", "text": "Units are not added up."},
        ],
        "figures": [
            _figure("signals_shared", "sharing", "Signals shared", [row("", 1_234, label="Total")]),
            _figure("signals_by_kind", "sharing", "Signals shared, by kind", KINDS, "bars"),
            _figure("signals_by_month", "sharing", "Signals shared, by month", BY_MONTH, "months"),
            _figure("accounts_disabled", "measures", "Accounts disabled", [row("", None, *SUPPRESSED, label="Total")]),
        ],
        "words": told({**default_words(), "case_study": "Two companies helped.\n\nNobody is named."}),
        "correction": {
            "of": 1,
            "sha256": "0" * 64,
            "reason": "A company had counted twice.",
            "changes": [
                {
                    "figure": "Signals shared",
                    "scope": "Total",
                    "span": "in the year",
                    "before": "1,300",
                    "after": "1,234",
                }
            ],
        },
    }


def report() -> Report:
    """A published correction."""
    made = snapshot()
    return Report(2025, made, sha256_of(made), 2, datetime(2026, 2, 3, tzinfo=UTC))
