"""A snapshot: every figure of a period, computed once. All forms of a report are made from it and carry its SHA-256."""

import hashlib
import json
from typing import Any

from lantern.lib.tenancy import acting_as_system
from transparency.figures import FIGURES
from transparency.periods import Period

SCHEMA = "lantern-report/1"
Snapshot = dict[str, Any]


def snapshot_of(year: int, *, edition: int | None = None) -> Snapshot:
    """The figures of a calendar year (UTC), over all participants.

    `edition` is None for running figures, which are not published. The same events give the same snapshot.
    """
    period = Period.year(year)
    with acting_as_system():
        figures = [
            {
                "name": figure.name,
                "section": figure.section,
                "label": figure.label,
                "unit": figure.unit,
                "definition": figure.definition,
                "rows": [
                    {"scope": scope, "label": label, "value": value} for scope, label, value in figure.numbers(period)
                ],
            }
            for figure in FIGURES.values()
        ]
    return {"schema": SCHEMA, "year": year, "period": period.label, "edition": edition, "figures": figures}


def canonical(snapshot: Snapshot) -> bytes:
    """The snapshot as the bytes that are hashed: JSON, keys sorted, no spaces, UTF-8 (as RFC 8785 writes such data)."""
    return json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_of(snapshot: Snapshot) -> str:
    """The name of the snapshot: the hexadecimal SHA-256 of its canonical bytes."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()
