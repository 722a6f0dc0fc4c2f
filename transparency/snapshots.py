"""A snapshot: every figure of a period, computed once. All forms of a report are made from it and carry its SHA-256."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from lantern.lib.tenancy import acting_as_system
from transparency.facts import Facts, since_the_beginning
from transparency.figures import FIGURES, SECTIONS, Figure
from transparency.models import Edition, RunningFigures
from transparency.periods import Period
from transparency.privacy.publishing import protected, rounded
from transparency.rollups import SETTLED_AFTER, facts_of

SCHEMA = "lantern-report/2"
Snapshot = dict[str, Any]


def snapshot_of(year: int, *, edition: int | None = None, public: bool = True) -> Snapshot:
    """The figures of a calendar year (UTC), over all participants. The same events give the same snapshot.

    `edition` is None for figures that are not published. With `public` only what may be shown to everybody is in it
    (docs/adr/0023), until the year is closed rounded totals; without, every number, for staff alone.
    """
    period = Period.year(year)
    with acting_as_system():
        facts = {"rows": facts_of(period), "cumulative": facts_of(since_the_beginning(period))}
        snapshot = exact_snapshot(period, facts, edition=edition)
        if not public:
            return snapshot
        if edition is None and not is_closed(year, timezone.now()):
            return rounded(snapshot, facts)
        return protected(snapshot, facts, _published())


def is_closed(year: int, moment: datetime) -> bool:
    """Whether nothing that belongs to the year can still be on its way at that moment."""
    return moment >= Period.year(year).end + SETTLED_AFTER


def _published() -> list[Snapshot]:
    """All that is public, of a year what came later after what came before: figures so far once they are no longer
    rounded, then its editions.
    """
    kept = RunningFigures.objects.order_by("year")
    so_far = [each.snapshot for each in kept if is_closed(each.year, each.computed_at)]
    editions = Edition.objects.order_by("year", "number").values_list("snapshot", flat=True)
    return [snapshot for snapshot in [*so_far, *editions] if snapshot["schema"] == SCHEMA]


def exact_snapshot(period: Period, facts: Mapping[str, Facts], *, edition: int | None = None) -> Snapshot:
    """Every number of a period, from the facts in it ("rows") and until its end ("cumulative")."""
    in_period = facts["rows"]
    return {
        "schema": SCHEMA,
        "year": period.first.year,
        "period": period.label,
        "edition": edition,
        "computed_over": {"participants": len(in_period.standing.in_period)},
        "sections": [{"name": each.name, "title": each.title, "text": each.text} for each in SECTIONS],
        "figures": [_figure(figure, in_period, facts["cumulative"]) for figure in FIGURES.values()],
    }


def _figure(figure: Figure, facts: Facts, ever: Facts) -> dict[str, Any]:
    reporting = {company for share in figure.compute(facts).values() for company in share}
    return {
        "name": figure.name,
        "section": figure.section,
        "label": figure.label,
        "unit": figure.unit,
        "definition": figure.definition,
        "caveats": figure.caveats,
        "coverage": {"reporting": len(reporting), "of": len(facts.standing.in_period)},
        "aggregation": figure.aggregation,
        "chart": figure.chart,
        "rows": _rows(figure, facts),
        "cumulative": _rows(figure, ever) if figure.has_cumulative else [],
    }


def _rows(figure: Figure, facts: Facts) -> list[dict[str, Any]]:
    return [row_of(scope, label, value) for scope, label, value in figure.numbers(facts)]


def row_of(scope: str, label: str, value: int | float | None) -> dict[str, Any]:
    """One row. `shown` is how every form of the report writes it: "0", "1,234", "<11", "withheld", "not collected"."""
    if value is None:
        return {"scope": scope, "label": label, "value": None, "mark": "not_collected", "shown": "not collected"}
    return {"scope": scope, "label": label, "value": value, "mark": "exact", "shown": f"{value:,}"}


def canonical(snapshot: Snapshot) -> bytes:
    """The snapshot as the bytes that are hashed: JSON, keys sorted, no spaces, UTF-8 (as RFC 8785 writes such data)."""
    return json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_of(snapshot: Snapshot) -> str:
    """The name of the snapshot: the hexadecimal SHA-256 of its canonical bytes."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()
