"""One run: the same load twice, without and with an import beside it, and the figures of both.

Two times are told: that of the web workers, by their log, and that of whoever asked, from the connection to the last
byte, so with the time in which all web workers were busy with others.
"""

import re
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.db.models import Q

from accounts.models import User
from audit.models import PendingEvent
from lantern.bench.reviewing import add_analysts
from lantern.demo.people import make_company
from lantern.demo.programme import Company
from lantern.installation.folders import Home
from lantern.lib.tenancy import acting_as_system
from lantern.management.commands.run import children
from participants.models import Member, Participant
from reviews.models import Decision, Review
from signals.models import Signal
from tests.chaos.browser import Browser
from tests.chaos.parts import Parts
from tests.load.analysts import Analyst, Asked, at_work
from tests.load.importing import Importing, importing, share_rows
from tests.running import free_port, wait_for

COMPANIES = 10
READY_SECONDS = 90.0
QUEUE_SECONDS = 600.0
P95_MAY_BE = 0.250
TAKEN = re.compile(r" lantern\.requests \[\w+\] \w+ /reviews/\S* \d+ (\d+) ms")
DOUBLED = """
SELECT count(*) FROM (
    SELECT event, lag(event) OVER (PARTITION BY target_id ORDER BY id) AS before
    FROM audit_auditevent WHERE event IN ('review.claimed', 'review.released', 'review.decided')
) told WHERE event = 'review.claimed' AND before = 'review.claimed'
"""


@dataclass
class Load:
    """What one of the two loads came to."""

    seconds: float = 0.0
    served: list[float] = field(default_factory=list)  # how long the web workers took, by their log
    asked: list[Asked] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def p95(self) -> float:
        """Seconds, of all requests, as those who asked waited."""
        return p95_of(self.asked)

    @property
    def served_p95(self) -> float:
        """Seconds, of all requests, from when a web worker took them up."""
        return part_below(0.95, self.served)


@dataclass
class Told:
    """Both, and what the database says of it."""

    alone: Load
    beside: Load
    imports: Importing
    doubled: int
    claims: int
    decided: int

    @property
    def is_well(self) -> bool:
        """No error, nothing doubled, everything imported, and the web workers quick enough."""
        errors = self.alone.errors.total() + self.beside.errors.total() + bool(self.imports.missing)
        return not errors and not self.doubled and self.beside.served_p95 <= P95_MAY_BE

    def lines(self) -> Iterator[str]:
        """One line for each figure."""
        during = [one for one in self.beside.asked if one.at < self.imports.ended_at]
        yield from _lines("alone", self.alone)
        yield from _lines("beside the import", self.beside)
        yield f"while it was imported: {len(during)} requests, p95 {1000 * p95_of(during):.0f} ms"
        yield (
            f"imported {self.imports.shared} rows in {self.imports.seconds:.0f} s, missing {self.imports.missing}; "
            f"{self.imports.beside} of them in files that were shared while others worked"
        )
        served = self.beside.served_p95 / self.alone.served_p95
        yield f"ratio of p95 {served:.2f} by the web workers, {self.beside.p95 / self.alone.p95:.2f} as waited for"
        yield f"decided {self.decided}, claims {self.claims}, doubled {self.doubled}"


def run(home: Home, asked: Namespace) -> Told:
    """The whole run, in an installation whose servers are up and whose people are there."""
    port = free_port()
    members = _members(asked.analysts)
    with Parts(children(home, port), home.run):
        wait_for(lambda: Browser(port).get("/readyz").status == 200, "the portal", READY_SECONDS)
        share_rows(port, asked.signals, seed=7)
        wait_for(lambda: _everybody_has(asked.signals // 3), "the queues", QUEUE_SECONDS)
        wait_for(_nothing_is_left, "what follows from the signals", QUEUE_SECONDS)
        analysts = [Analyst(port, member, asked.thinking) for member in members]
        connection.close()
        log = home.run / "web.log"
        alone = _load(analysts, asked, log)
        with importing(port, asked.rows, seed=8) as imports:
            beside = _load(analysts, asked, log)
        with acting_as_system(), connection.cursor() as cursor:
            cursor.execute(DOUBLED)
            doubled = cursor.fetchone()[0]
            cursor.execute("SELECT count(*) FROM audit_auditevent WHERE event = 'review.claimed'")
            claims = cursor.fetchone()[0]
            decided = Decision.objects.count()
    return Told(alone, beside, imports, doubled, claims, decided)


def part_below(share: float, taken: Iterable[float]) -> float:
    """Within which of the seconds `taken` that share of them lies; 0 where there are none."""
    ranked = sorted(taken)
    return ranked[int(len(ranked) * share)] if ranked else 0.0


def p95_of(asked: Iterable[Asked]) -> float:
    """Seconds within which 95 % of the requests were answered."""
    return part_below(0.95, (one.seconds for one in asked))


def _load(analysts: list[Analyst], asked: Namespace, log: Path) -> Load:
    begun, before = time.monotonic(), log.stat().st_size
    with at_work(analysts):
        time.sleep(asked.minutes * 60)
    load = Load(time.monotonic() - begun)
    with log.open("rb") as lines:
        lines.seek(before)
        load.served = [int(taken) / 1000 for taken in TAKEN.findall(lines.read().decode())]
    for analyst in analysts:
        load.asked += analyst.asked
        load.errors.update(analyst.errors)
        analyst.asked, analyst.errors = [], Counter()
    return load


def _members(number: int) -> list[Member]:
    """So many analysts, as many in each of ten companies."""
    with acting_as_system():
        staff = User.objects.filter(coalition_role="staff").earliest("pk")
    companies: list[Participant] = []
    for at in range(COMPANIES):
        with acting_as_system():
            make_company(Company(f"load-{at}", f"Load {at}", "messaging"), staff)
            companies.append(Participant.objects.get(slug=f"load-{at}"))
    return [one for company in companies for one in add_analysts(number // COMPANIES, company)]


def _everybody_has(reviews: int) -> bool:
    with acting_as_system():
        return all(
            Review.objects.filter(participant=company).due().count() >= reviews
            for company in Participant.objects.filter(slug__startswith="load-")
        )


def _nothing_is_left() -> bool:
    """Whether the worker has done everything that the signals of the beginning gave it to do, the record included."""
    with acting_as_system():
        due = Signal.objects.filter(Q(relations_due=True) | Q(routing_due=True))
        return not (due.exists() or PendingEvent.objects.exists())


def _lines(name: str, load: Load) -> Iterator[str]:
    half = part_below(0.5, (one.seconds for one in load.asked))
    yield (
        f"{name}: {len(load.asked)} requests in {load.seconds:.0f} s, p50 {1000 * half:.0f} ms, "
        f"p95 {1000 * load.p95:.0f} ms, errors {load.errors.total()}"
    )
    yield f"  by the web workers' own log: {len(load.served)}, p95 {1000 * load.served_p95:.0f} ms"
    for what in sorted({one.what for one in load.asked}):
        of_it = [one for one in load.asked if one.what == what]
        yield f"  {what}: {len(of_it)}, p95 {1000 * p95_of(of_it):.0f} ms"
    for error, times in load.errors.items():
        yield f"  error: {error} ({times})"
