"""The counts of an upload, computed from its staged rows and never counted along."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection

from signals.models import Outcome

OUTCOMES = "SELECT outcome, kind, count(*) FROM signals_stagedrow WHERE batch = %s GROUP BY outcome, kind"
ERRORS = """
SELECT code, count(*) FROM (
    SELECT DISTINCT number, fault->>0 AS code FROM signals_stagedrow, jsonb_array_elements(faults) AS fault
    WHERE batch = %s AND outcome = 'rejected'
) AS one_per_row GROUP BY code ORDER BY code
"""
INCIDENTS = """
SELECT count(DISTINCT incident_fingerprint) FROM signals_stagedrow
WHERE batch = %s AND outcome IN ('new', 'corroborated', 'already_yours')
"""


def count_rows(batch: UUID) -> dict[str, Any]:
    """`read`, the five outcomes (which add up to it), `errors` {code: rows}, `incidents` and `by_kind`."""
    totals: Counter[str] = Counter()
    by_kind: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES, [batch])
        for outcome, kind, number in cursor.fetchall():
            totals[outcome] += number
            if outcome != Outcome.REJECTED:
                by_kind.setdefault(kind, {})[outcome] = number
        cursor.execute(ERRORS, [batch])
        errors = dict(cursor.fetchall())
        cursor.execute(INCIDENTS, [batch])
        (incidents,) = cursor.fetchone()
    outcomes = {name: totals[name] for name in Outcome.values}
    return {"read": totals.total(), **outcomes, "errors": errors, "incidents": incidents, "by_kind": by_kind}
