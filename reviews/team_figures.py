"""What leads see of the queue: counts and times of one participant over the last weeks, never by person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from reviews.agreement import cohens_kappa
from reviews.care import SEVERE_FROM
from reviews.finality import COUNTS
from reviews.models import Review, ReviewState, SecondReview, SecondState

WINDOWS = (28, 84)  # days
LEAST_PEOPLE = 5

ARRIVALS = """
SELECT (created_at AT TIME ZONE 'UTC')::date, count(*) FROM reviews_review
WHERE participant_id = %(participant)s AND created_at >= %(since)s GROUP BY 1
"""
DECISIONS = f"""
SELECT (d.decided_at AT TIME ZONE 'UTC')::date, count(*) FROM reviews_decision d
WHERE d.participant_id = %(participant)s AND d.decided_at >= %(since)s AND {COUNTS.format("d")} GROUP BY 1
"""

# A decision that replaced another of a different outcome is a reversal. A time is that from arrival to the first one.
BY_GROUP = f"""
SELECT {{group}}, count(*) FILTER (WHERE before.id IS NULL),
    percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY extract(epoch FROM d.decided_at - r.created_at))
        FILTER (WHERE before.id IS NULL),
    count(DISTINCT r.id) FILTER (WHERE s.is_disputed), count(DISTINCT r.id),
    count(DISTINCT r.id) FILTER (WHERE (before.verdict, before.dismissal) IS DISTINCT FROM (d.verdict, d.dismissal)
        AND before.id IS NOT NULL)
FROM reviews_decision d
JOIN reviews_review r ON r.id = d.review_id
JOIN signals_signal s ON s.id = r.signal_id
LEFT JOIN LATERAL (
    SELECT b.id, b.verdict, b.dismissal FROM reviews_decision b
    WHERE d.replaces_id IS NOT NULL AND b.review_id = d.review_id AND b.id < d.id AND {COUNTS.format("b")}
    ORDER BY b.id DESC LIMIT 1
) before ON true
{{more}}
WHERE d.participant_id = %(participant)s AND d.decided_at >= %(since)s AND {COUNTS.format("d")} GROUP BY 1
"""
SEVERE_WORK = f"""
SELECT count(DISTINCT d.decided_by_id), count(*), count(*) FILTER (WHERE s.severity >= %(severe)s)
FROM reviews_decision d JOIN reviews_review r ON r.id = d.review_id JOIN signals_signal s ON s.id = r.signal_id
WHERE d.participant_id = %(participant)s AND d.decided_at >= %(since)s AND {COUNTS.format("d")}
"""


@dataclass(frozen=True)
class Day:
    """One day (UTC) of the queue."""

    day: date
    arrived: int
    decided: int


@dataclass(frozen=True)
class Group:
    """The decisions of one kind or harm. Times are in seconds from arrival to the first decision, as quartiles."""

    name: str
    decided: int
    quartiles: tuple[float, float, float] | None
    disputed: int
    reviews: int
    reversed: int


@dataclass(frozen=True)
class SecondLooks:
    """How second looks went. `kappa` is None where it says nothing."""

    waiting: int
    done: int
    agreed: int
    changed: int
    returned: int
    same_vote: int
    kappa: float | None


@dataclass(frozen=True)
class SevereWork:
    """How much of the work was severe. Only for teams in which nobody can be told from the number."""

    decided: int
    severe: int


def since(days: int) -> datetime:
    """The beginning (UTC) of the oldest of the last `days` days."""
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def oldest_open(participant_id: int) -> datetime | None:
    """When the oldest item that is due arrived."""
    due = Review.objects.filter(participant=participant_id, state=ReviewState.OPEN)
    moment: datetime | None = due.aggregate(oldest=Min("created_at"))["oldest"]
    return moment


def days_of(participant_id: int, days: int = WINDOWS[0]) -> list[Day]:
    """Arrivals and decisions of each of the last days, the oldest first."""
    arrived, decided = _by_day(ARRIVALS, participant_id, days), _by_day(DECISIONS, participant_id, days)
    first = since(days).date()
    dates = [first + timedelta(days=number) for number in range(days)]
    return [Day(day, arrived.get(day, 0), decided.get(day, 0)) for day in dates]


def whole(participant_id: int, days: int = WINDOWS[0]) -> Group:
    """All decisions together."""
    found = _groups("''::text", "", participant_id, days)
    return found[0] if found else Group("", 0, None, 0, 0, 0)


def by_kind(participant_id: int, days: int = WINDOWS[0]) -> list[Group]:
    """The decisions by kind of signal, the most frequent first."""
    return _groups("s.kind", "", participant_id, days)


def by_harm(participant_id: int, days: int = WINDOWS[0]) -> list[Group]:
    """The decisions by harm type, the most frequent first; a signal of two harm types counts in both."""
    return _groups("harm.name", "CROSS JOIN LATERAL unnest(s.harm_types) AS harm(name)", participant_id, days)


def second_looks(participant_id: int, days: int = WINDOWS[0]) -> SecondLooks:
    """The second looks of the last days, and those that wait."""
    own = SecondReview.objects.filter(participant=participant_id)
    done = own.filter(state=SecondState.DONE, concluded_at__gte=since(days)).select_related("decision")
    pairs = [(_outcome(each.decision), _outcome(each)) for each in done]
    concluded = [each.conclusion for each in done]
    return SecondLooks(
        waiting=own.pending().count(),
        done=len(pairs),
        agreed=concluded.count("agree"),
        changed=concluded.count("change"),
        returned=concluded.count("return"),
        same_vote=sum(first == second for first, second in pairs),
        kappa=cohens_kappa(pairs),
    )


def severe_work(participant_id: int, days: int = WINDOWS[0]) -> SevereWork | None:
    """How much was severe; None where fewer than five people decided, so that nobody can be told from it."""
    people, decided, severe = _ask(SEVERE_WORK, participant_id, days, severe=SEVERE_FROM)[0]
    return SevereWork(decided, severe) if people >= LEAST_PEOPLE else None


def _outcome(said: Any) -> str:
    return str(said.dismissal or said.verdict)


def _by_day(query: str, participant_id: int, days: int) -> Mapping[date, int]:
    return dict(_ask(query, participant_id, days))


def _groups(group: str, more: str, participant_id: int, days: int) -> list[Group]:
    rows = _ask(BY_GROUP.format(group=group, more=more), participant_id, days)
    groups = [
        Group(name, decided, tuple(quartiles) if quartiles else None, disputed, reviews, changed)
        for name, decided, quartiles, disputed, reviews, changed in rows
    ]
    return sorted(groups, key=lambda group: (-group.decided, group.name))


def _ask(query: str, participant_id: int, days: int, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"participant": participant_id, "since": since(days), **more})
        return list(cursor.fetchall())
