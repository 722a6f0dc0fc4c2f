"""The counts of an upload, computed from its staged rows and never counted along."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from signals.models import Outcome
from signals.vocabulary import TLP_BY_RANK

OUTCOMES = """
SELECT outcome, kind, tlp, count(*) FROM signals_stagedrow WHERE batch = %s GROUP BY outcome, kind, tlp
"""
ERRORS = """
SELECT code, count(*) FROM (
    SELECT DISTINCT number, fault->>0 AS code FROM signals_stagedrow, jsonb_array_elements(faults) AS fault
    WHERE batch = %s AND outcome = 'rejected'
) AS one_per_row GROUP BY code ORDER BY code
"""
INCIDENTS = """
SELECT count(*) FROM (
    SELECT DISTINCT incident_fingerprint FROM signals_stagedrow
    WHERE batch = %s AND outcome IN ('new', 'corroborated', 'already_yours') AND incident_fingerprint IS NOT NULL
) AS each_once
"""


def count_rows(batch: UUID) -> dict[str, Any]:
    """`read`, the five outcomes (which add up to it), `errors` {code: rows}, `incidents`, `by_kind`, and `by_tlp` of
    what is new."""
    totals: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = {}
    by_tlp: Counter[int] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES, [batch])
        for outcome, kind, tlp, number in cursor.fetchall():
            totals[outcome] += number
            if outcome != Outcome.REJECTED:
                by_kind.setdefault(kind, Counter())[outcome] += number
            if outcome == Outcome.NEW:
                by_tlp[tlp] += number
        cursor.execute(ERRORS, [batch])
        errors = dict(cursor.fetchall())
        cursor.execute(INCIDENTS, [batch])
        (incidents,) = cursor.fetchone()
    told_tlp = {TLP_BY_RANK[rank].name: by_tlp[rank] for rank in sorted(by_tlp)}
    outcomes = {name: totals[name] for name in Outcome.values}
    counted = {"read": totals.total(), **outcomes, "errors": errors, "incidents": incidents}
    return {**counted, "by_kind": by_kind, "by_tlp": told_tlp}


def shareable(counts: Mapping[str, Any]) -> int:
    """How many rows of these counts are shared when the upload is."""
    return sum(counts.get(name, 0) for name in (Outcome.NEW, Outcome.CORROBORATED, Outcome.ALREADY_YOURS))
