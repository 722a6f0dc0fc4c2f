"""The counts of an upload, computed from its staged rows and never counted along."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from signals.models import Outcome
from signals.vocabulary import TLP_BY_RANK

OUTCOMES = "SELECT outcome, kind, count(*) FROM signals_stagedrow WHERE batch = %s GROUP BY outcome, kind"
ERRORS = """
SELECT code, count(*) FROM (
    SELECT DISTINCT number, fault->>0 AS code FROM signals_stagedrow, jsonb_array_elements(faults) AS fault
    WHERE batch = %s AND outcome = 'rejected'
) AS one_per_row GROUP BY code ORDER BY code
"""
TLP = """
SELECT tlp, count(*) FROM signals_stagedrow WHERE batch = %s AND outcome = 'new' GROUP BY tlp ORDER BY tlp
"""
INCIDENTS = """
SELECT count(DISTINCT incident_fingerprint) FROM signals_stagedrow
WHERE batch = %s AND outcome IN ('new', 'corroborated', 'already_yours')
"""


def count_rows(batch: UUID) -> dict[str, Any]:
    """`read`, the five outcomes (which add up to it), `errors` {code: rows}, `incidents`, `by_kind`, and `by_tlp` of
    what is new."""
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
        cursor.execute(TLP, [batch])
        by_tlp = {TLP_BY_RANK[rank].name: number for rank, number in cursor.fetchall()}
        cursor.execute(INCIDENTS, [batch])
        (incidents,) = cursor.fetchone()
    outcomes = {name: totals[name] for name in Outcome.values}
    counted = {"read": totals.total(), **outcomes, "errors": errors, "incidents": incidents}
    return {**counted, "by_kind": by_kind, "by_tlp": by_tlp}


def shareable(counts: Mapping[str, Any]) -> int:
    """How many rows of these counts are shared when the upload is."""
    return sum(counts.get(name, 0) for name in (Outcome.NEW, Outcome.CORROBORATED, Outcome.ALREADY_YOURS))
