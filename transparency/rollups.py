"""The facts of a period from the months that are kept and the events since: the same numbers, sooner.

A month is closed a day after its end, when nothing that belongs to it can still be on its way (an undo takes seconds, a
transaction minutes). Months are closed in order from the beginning, so what is not closed yet is always the latest.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db import connection, transaction
from django.utils import timezone

from lantern.lib.tenancy import acting_as_system
from transparency.facts import BEGINNING, Facts, Share, collect, read_check_ins, read_events, settled
from transparency.models import ClosedMonth, KeptFact
from transparency.periods import Period, month_of
from transparency.sources import QUERIES
from transparency.standing import standing_in

SETTLED_AFTER = timedelta(days=1)
KEPT = """
SELECT name, scope, participant_id, sum(number)::bigint FROM transparency_keptfact
WHERE since >= %(first)s AND month_id <= %(last)s GROUP BY 1, 2, 3
"""

KEEP = """
INSERT INTO transparency_keptfact (month_id, since, name, scope, participant_id, number)
SELECT month, since, %(name)s, scope, participant, sum(number)
FROM ({}) AS fact (month, since, scope, participant, number)
GROUP BY 1, 2, 4, 5 HAVING sum(number) <> 0
"""


def facts_of(period: Period) -> Facts:
    """The facts of a period: exactly those of `transparency.facts.facts_of_events`. As the portal."""
    found: dict[str, dict[str, Share]] = defaultdict(lambda: defaultdict(Counter))
    with connection.cursor() as cursor:
        cursor.execute(KEPT, {"first": period.first, "last": period.last})
        for name, scope, participant, number in cursor.fetchall():
            found[name][scope][participant] = number
    for name, scopes in _since_then(period).items():
        for scope, share in scopes.items():
            found[name][scope].update(share)
    counted = {name: settled(scopes) for name, scopes in sorted(found.items())}
    return Facts(period, counted, standing_in(period))


def close_months(now: datetime | None = None) -> int:
    """Keep the facts of the months that are over; says of how many months. Safe to run twice, and at once."""
    until = month_of((now or timezone.now()) - SETTLED_AFTER)
    with acting_as_system(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('transparency_closed_month'))")
        since = first_open_month()
        months = _months(since, until)
        if months:
            ClosedMonth.objects.bulk_create([ClosedMonth(month=month) for month in months])
            _keep(Period(since, until - timedelta(days=1)))
    return len(months)


def first_open_month() -> date:
    """The first month whose facts are not kept."""
    last = ClosedMonth.objects.order_by("-month").values_list("month", flat=True).first()
    return last + relativedelta(months=1) if last else BEGINNING


def _since_then(period: Period) -> dict[str, dict[str, Share]]:
    first = max(first_open_month(), period.first)
    if first > period.last:
        return {}
    return collect(read_events(Period(first, period.last).start, period.end), period)


def _months(first: date, until: date) -> list[date]:
    number = (until.year - first.year) * 12 + until.month - first.month
    return [first + relativedelta(months=each) for each in range(number)]


def _keep(period: Period) -> None:
    """One row for each month, name, scope and participant, counted where the events lie."""
    between = {"start": period.start, "end": period.end}
    with connection.cursor() as cursor:
        for name, query in QUERIES.items():
            cursor.execute(KEEP.format(query), {**between, "name": name})
    told: Counter[tuple[date, str, str, int | None]] = Counter()
    for fact in read_check_ins(period.start, period.end):
        told[fact.month, fact.name, fact.scope, fact.participant] += fact.number
    KeptFact.objects.bulk_create(
        KeptFact(month_id=month, since=month, name=name, scope=scope, participant_id=participant, number=number)
        for (month, name, scope, participant), number in told.items()
    )
