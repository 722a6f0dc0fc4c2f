"""What other companies answered to what a participant shared: as it stood at the end of a period.

The row of an answer says what it says now. Where it was told anew or taken back after the period, the record says what
it said before: each telling is an event of a decision, and reached the contributions that were in force then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection

from transparency.periods import Period

ANSWERS = """
SELECT participant_id, kind, count(*) FROM (
    SELECT participant_id, kind FROM reviews_feedback
    WHERE told_at >= %(start)s AND told_at < %(end)s AND taken_back_at IS NULL AND participant_id = ANY(%(to)s)
    UNION ALL
    SELECT f.participant_id, said.kind FROM reviews_feedback f
    JOIN reviews_givenfeedback g ON g.feedback_id = f.id
    JOIN signals_contribution c ON c.id = f.contribution_id AND c.shared_at < %(end)s
    CROSS JOIN LATERAL (
        SELECT a.details ->> 'kind' AS kind, a.at FROM reviews_outgoingfeedback o
        JOIN audit_auditevent a ON a.target_type = 'reviews.outgoingfeedback' AND a.target_id = o.id::text
        WHERE o.review_id = g.review_id AND a.event = 'feedback.sent' AND a.at < %(end)s AND (a.details ->> 'kind' = ''
            OR (c.shared_at <= a.at AND (c.ended_at IS NULL OR c.ended_at > a.at)))
        ORDER BY a.id DESC LIMIT 1
    ) said
    WHERE greatest(f.told_at, f.taken_back_at) >= %(end)s AND said.at >= %(start)s AND f.participant_id = ANY(%(to)s)
) answer WHERE kind <> '' GROUP BY 1, 2
"""


def answers_in(period: Period, *, to: Iterable[int]) -> Mapping[int, Counter[str]]:
    """How many answers of each kind (`reviews.feedback_kinds`) each contributor in `to` got. As the portal."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, {"start": period.start, "end": period.end, "to": list(to)})
        for participant, kind, number in cursor.fetchall():
            found[participant][kind] = number
    return found
