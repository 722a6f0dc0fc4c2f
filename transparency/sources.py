"""The sources of facts: one query each, over events from %(start)s until before %(end)s.

Every query gives rows (month of the event, month of what it counts, scope, participant, number). The independent check
in the tests computes each of them once more in plain Python.
"""

from collections.abc import Mapping

from reviews.finality import COUNTS
from reviews.outcomes import REJECTIONS


def _month(moment: str) -> str:
    return f"date_trunc('month', {moment} AT TIME ZONE 'UTC')::date"


def _in_period(moment: str) -> str:
    return f"{moment} >= %(start)s AND {moment} < %(end)s"


# A participant's first word on a signal. Later words (corrections, renewals) are not further signals. "Not distinct",
# because with "=" PostgreSQL, where it has no statistics yet, reads all that a participant ever said for each word.
_FIRST_WORD = f"""
{_in_period("c.shared_at")} AND NOT EXISTS (
    SELECT 1 FROM signals_contribution e
    WHERE e.signal_id = c.signal_id AND e.participant_id IS NOT DISTINCT FROM c.participant_id
    AND (e.shared_at, e.id) < (c.shared_at, c.id))
"""
# The first word of all on a signal.
_FIRST_OF_ALL = f"""
{_in_period("c.shared_at")} AND NOT EXISTS (
    SELECT 1 FROM signals_contribution e WHERE e.signal_id = c.signal_id
    AND (e.shared_at, e.id) < (c.shared_at, c.id))
"""


def _shared(scope: str, more: str = "") -> str:
    month = _month("c.shared_at")
    return f"""
SELECT {month}, {month}, {scope}, c.participant_id, count(*)
FROM signals_contribution c JOIN signals_signal s ON s.id = c.signal_id {more}
WHERE {_FIRST_OF_ALL} GROUP BY 1, 2, 3, 4
"""


def _words(more: str) -> str:
    month = _month("c.shared_at")
    return f"""
SELECT {month}, {month}, '', c.participant_id, count(*) FROM signals_contribution c
WHERE {_FIRST_WORD} {more} GROUP BY 1, 2, 3, 4
"""


_CONFIRMS = """
AND (SELECT count(DISTINCT e.participant_id) FROM signals_contribution e WHERE e.signal_id = c.signal_id
     AND e.participant_id <> c.participant_id AND (e.shared_at, e.id) < (c.shared_at, c.id)) = 1
"""


def _ended(state: str) -> str:
    month = _month("c.ended_at")
    return f"""
SELECT {month}, {month}, c.end_reason, c.participant_id, count(*) FROM signals_contribution c
WHERE {_in_period("c.ended_at")} AND c.state = '{state}' GROUP BY 1, 2, 3, 4
"""


# The decision that stood before n; one that was undone never did.
_BEFORE = f"""
JOIN LATERAL (
    SELECT p.* FROM reviews_decision p
    WHERE p.review_id = n.review_id AND p.id < n.id AND {COUNTS.format("p")} ORDER BY p.id DESC LIMIT 1
) p ON n.replaces_id IS NOT NULL
"""
_OUTCOME = "coalesce(nullif({0}.dismissal, ''), {0}.verdict)"


def _decided(scope: str, number: str, more: str) -> str:
    """What was decided, and taken back where another decision took its place."""
    made, replaced = _month("n.decided_at"), _month("p.decided_at")
    return f"""
SELECT {made}, {made}, {scope.format("n")}, n.participant_id, {number}
FROM reviews_decision n {more.format("n")}
WHERE {_in_period("n.decided_at")} AND {COUNTS.format("n")} GROUP BY 1, 2, 3, 4
UNION ALL
SELECT {made}, {replaced}, {scope.format("p")}, p.participant_id, -{number}
FROM reviews_decision n {_BEFORE} {more.format("p")}
WHERE {_in_period("n.decided_at")} AND {COUNTS.format("n")} GROUP BY 1, 2, 3, 4
"""


# Tenths of an hour up to a day, whole hours after that, rounded down; told in tenths.
_WAIT = "greatest(extract(epoch FROM n.decided_at - s.first_shared_at), 0)"
_TENTHS = f"(CASE WHEN {_WAIT} < 86400 THEN floor({_WAIT} / 360) ELSE floor({_WAIT} / 3600) * 10 END)::bigint::text"
_TIMES = f"""
SELECT {_month("n.decided_at")}, {_month("n.decided_at")}, {_TENTHS}, n.participant_id, count(*)
FROM reviews_decision n JOIN reviews_review r ON r.id = n.review_id JOIN signals_signal s ON s.id = r.signal_id
WHERE {_in_period("n.decided_at")} AND {COUNTS.format("n")}
AND (n.replaces_id IS NULL OR NOT EXISTS (
    SELECT 1 FROM reviews_decision p WHERE p.review_id = n.review_id AND p.id < n.id AND {COUNTS.format("p")}))
GROUP BY 1, 2, 3, 4
"""

# For each signal the first moment at which one participant had acted on it, or confirmed it by sharing what another had
# shared, and a different one had rejected it.
_REJECTIONS = ", ".join(f"'{name}'" for name in REJECTIONS)
_DISPUTED = f"""
WITH rejected AS (
    SELECT r.signal_id, n.participant_id, min(n.decided_at) AS at FROM reviews_decision n
    JOIN reviews_review r ON r.id = n.review_id
    WHERE n.dismissal IN ({_REJECTIONS}) AND n.decided_at < %(end)s AND {COUNTS.format("n")} GROUP BY 1, 2
), words AS (
    SELECT c.signal_id, c.participant_id, min(c.shared_at) AS at FROM signals_contribution c
    WHERE c.signal_id IN (SELECT signal_id FROM rejected) AND c.shared_at < %(end)s GROUP BY 1, 2
), confirmed AS (
    SELECT r.signal_id, n.participant_id, min(n.decided_at) AS at FROM reviews_decision n
    JOIN reviews_review r ON r.id = n.review_id
    WHERE r.signal_id IN (SELECT signal_id FROM rejected) AND n.verdict = 'actioned' AND n.decided_at < %(end)s
    AND {COUNTS.format("n")} GROUP BY 1, 2
    UNION ALL
    SELECT w.signal_id, w.participant_id, w.at FROM words w WHERE EXISTS (
        SELECT 1 FROM words e WHERE e.signal_id = w.signal_id
        AND (e.at, e.participant_id) < (w.at, w.participant_id))
), disputed AS (
    SELECT DISTINCT ON (x.signal_id) x.signal_id, x.participant_id, greatest(x.at, y.at) AS at
    FROM rejected x JOIN confirmed y ON y.signal_id = x.signal_id AND y.participant_id <> x.participant_id
    ORDER BY x.signal_id, greatest(x.at, y.at), x.participant_id
)
SELECT {_month("at")}, {_month("at")}, '', participant_id, count(*) FROM disputed
WHERE {_in_period("at")} GROUP BY 1, 2, 3, 4
"""


def _happened(table: str, moment: str, scope: str, where: str = "true") -> str:
    return f"""
SELECT {_month(moment)}, {_month(moment)}, {scope}, t.participant_id, count(*) FROM {table} t
WHERE {_in_period(moment)} AND {where} GROUP BY 1, 2, 3, 4
"""


QUERIES: Mapping[str, str] = {
    "signals_kind": _shared("s.kind"),
    "signals_harm": _shared("h.harm", "CROSS JOIN LATERAL (SELECT DISTINCT unnest(c.harm_types)) AS h(harm)"),
    "signals_month": _shared(f"to_char({_month('c.shared_at')}, 'MM')"),
    "words": _words(""),
    "confirmed": _words(_CONFIRMS),
    "withdrawn": _ended("withdrawn"),
    "expired": _ended("expired"),
    "disputed": _DISPUTED,
    "decided": _decided(_OUTCOME, "count(*)", ""),
    "measured": _decided("m.unit", "sum(m.count)", "JOIN reviews_measure m ON m.decision_id = {}.id"),
    "times": _TIMES,
    "second_looks": _happened("reviews_secondreview", "t.concluded_at", "t.conclusion", "t.state = 'done'"),
    "second_votes": _happened(
        "reviews_secondreview",
        "t.concluded_at",
        f"(SELECT CASE WHEN {_OUTCOME.format('d')} = {_OUTCOME.format('t')} THEN 'same' ELSE 'different' END"
        " FROM reviews_decision d WHERE d.id = t.decision_id)",
        "t.state = 'done'",
    ),
    "appeals": _happened("reviews_appeal", "t.recorded_at", "t.outcome"),
    "trainings": _happened("participants_trainingrecord", "t.passed_at", "t.module"),
    "corrected": _happened("audit_auditevent", "t.at", "''", "t.event = 'contribution.corrected'"),
}
