"""What happened, counted: the one step from recorded events to numbers.

A fact says: in this month (UTC), of this name and scope, this participant has so many. Facts of different months add
up. What a later event takes back is a negative number in the month of that event, and names by `since` the month of
what it takes back; so a period looked at from its end counts what stood then, and nothing that came later changes it.
Each source reads rows that are written once, by the moment at which they were written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection

from participants.models import CheckIn, CheckInKind
from transparency.periods import Period
from transparency.sources import QUERIES
from transparency.standing import Standing, standing_in

Share = Counter[int | None]
BEGINNING = date(2000, 1, 1)
TOLD = ("requests", "challenged", "upheld", "reversed")


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of one name and scope. `month` is that of the event, `since` that of what it counts."""

    month: date
    since: date
    name: str
    scope: str
    participant: int | None
    number: int


@dataclass(frozen=True)
class Facts:
    """The facts of a period by name, scope and participant, and who took part."""

    period: Period
    counted: Mapping[str, Mapping[str, Share]] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)

    def of(self, name: str) -> Mapping[str, Share]:
        """The facts of that name by scope."""
        return self.counted.get(name, {})

    def number(self, name: str, scope: str, participant: int) -> int:
        """How much one participant has of a name and scope."""
        return self.of(name).get(scope, Counter())[participant]

    def total(self, name: str) -> Share:
        """All facts of that name together."""
        return sum_of(self.of(name).values())


def sum_of(shares: Iterable[Share]) -> Share:
    """Several shares added up; what comes to nothing is left out."""
    total: Share = Counter()
    for share in shares:
        total.update(share)
    return Counter({participant: number for participant, number in total.items() if number})


def read_events(start: datetime, end: datetime) -> Iterator[Fact]:
    """The facts of all events from `start` until before `end`, straight from the recorded rows."""
    with connection.cursor() as cursor:
        for name, query in QUERIES.items():
            cursor.execute(query, {"start": start, "end": end})
            for month, since, scope, participant, number in cursor.fetchall():
                yield Fact(month, since, name, scope, participant, int(number))
    yield from read_check_ins(start, end)


def collect(facts: Iterable[Fact], period: Period) -> dict[str, dict[str, Share]]:
    """Those that count in `period`, by name, scope and participant."""
    found: dict[str, dict[str, Share]] = defaultdict(lambda: defaultdict(Counter))
    for fact in facts:
        if fact.since >= period.first and fact.month <= period.last:
            found[fact.name][fact.scope][fact.participant] += fact.number
    return {name: settled(scopes) for name, scopes in sorted(found.items())}


def settled(scopes: Mapping[str, Share]) -> dict[str, Share]:
    """The scopes in which something is left."""
    found = {scope: sum_of([share]) for scope, share in sorted(scopes.items())}
    return {scope: share for scope, share in found.items() if share}


def facts_of_events(period: Period) -> Facts:
    """The facts of a period from the recorded rows alone. `transparency.rollups.facts_of` gives the same sooner."""
    return Facts(period, collect(read_events(period.start, period.end), period), standing_in(period))


def since_the_beginning(period: Period) -> Period:
    """Everything until the end of `period`."""
    return Period(BEGINNING, period.last)


SIGNED_OFF = """
SELECT date_trunc('month', signed_off_at AT TIME ZONE 'UTC')::date, kind, participant_id, id, answers
FROM participants_checkin WHERE signed_off_at >= %(start)s AND signed_off_at < %(end)s
"""


def read_check_ins(start: datetime, end: datetime) -> Iterator[Fact]:
    """Check-ins count when staff signed them off; then their answers cannot change any more."""
    with connection.cursor() as cursor:
        cursor.execute(SIGNED_OFF, {"start": start, "end": end})
        signed_off = cursor.fetchall()
    for month, kind, participant, key, sealed in signed_off:
        yield Fact(month, month, "check_ins", kind, participant, 1)
        if kind == CheckInKind.CHECK_IN:
            answers = CheckIn(id=key, answers=sealed).opened_answers
            for name in TOLD:
                number = int(answers.get(name) or 0)
                if number:
                    yield Fact(month, month, "told", name, participant, number)
