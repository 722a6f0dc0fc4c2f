"""One run: everything started, faults until enough have hit, the work seen to its end, and the figures."""

import os
import random
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field, replace
from io import StringIO

import psycopg
from django.core.management import CommandError, call_command
from django.db import connection as django_connection

from lantern.installation.folders import Home
from lantern.installation.supervisor import Child
from lantern.management.commands.run import children
from tests.chaos import naive
from tests.chaos.browser import Browser
from tests.chaos.clock import SteppedClock
from tests.chaos.counting import Counting, Verdict
from tests.chaos.disk import Disk
from tests.chaos.faults import Faults, Scene
from tests.chaos.ledger import Ledger
from tests.chaos.mailbox import Mailbox
from tests.chaos.naively import Naive, Naively
from tests.chaos.parts import Parts
from tests.chaos.people import People
from tests.chaos.strangers import OWNER, Strangers
from tests.chaos.watch import STUCK_SECONDS, Watch
from tests.running import free_port

READY_SECONDS = 90.0
AT_WORK_SECONDS = 60.0
TAIL_SECONDS = 600.0
REST_SECONDS = 3.0
MANY = 100  # faults


@dataclass
class Told:
    """The figures of a run."""

    tried: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    verdict: Verdict = field(default_factory=Verdict)
    naive: Naive = field(default_factory=lambda: Naive(0, 0, 0))
    asked: int = 0
    answered: Counter[int] = field(default_factory=Counter)
    got_in: list[str] = field(default_factory=list)
    longest: float = 0.0
    longest_job: str = ""
    wanted: tuple[int, int] = (0, 0)
    faults_seconds: float = 0.0

    @property
    def is_well(self) -> bool:
        """Enough happened, and nothing came of it; and to the naive way it did."""
        verdict = self.verdict
        enough = self.hit.total() >= self.wanted[0] and len(self.ledger.uploads) >= self.wanted[1]
        nothing = not (verdict.lost or verdict.doubled or verdict.stuck or self.got_in or self.ledger.errors)
        ways = (self.naive.lost > 0, self.naive.doubled > 0)
        # One naive way loses and one doubles. A short run may be over before a fault has met both.
        failed = all(ways) if self.wanted[0] >= MANY else any(ways)
        return enough and nothing and bool(self.asked) and failed

    def lines(self) -> list[str]:
        """One line for each figure."""
        kinds = [f"  {kind}: {self.hit[kind]} of {self.tried[kind]}" for kind in sorted(self.tried)]
        taken_back = sum(sent.taken_back for sent in self.ledger.uploads)
        return [
            f"faults that hit {self.hit.total()} of {self.tried.total()} in {self.faults_seconds:.0f} s",
            *kinds,
            *(f"  left out: {what}" for what in self.left_out),
            f"uploads {len(self.ledger.uploads)}, taken back {taken_back}",
            f"acknowledged {_told(self.ledger.acts)}",
            f"broken off {_told(self.ledger.unsure)}, requests {Browser.broken['web']}",
            f"lost {_told(self.verdict.lost)}",
            f"doubled {_told(self.verdict.doubled)}",
            f"stuck {_told(self.verdict.stuck)}",
            f"longest without a step {self.longest:.1f} s ({self.longest_job.split(' ')[0]})",
            f"strangers asked {self.asked} times, got in {len(self.got_in)} {self.got_in[:5] or ''}".rstrip(),
            f"strangers were answered {_told({str(status): n for status, n in self.answered.items()})}",
            f"naive: {self.naive.jobs} jobs, lost {self.naive.lost} rows, doubled {self.naive.doubled}",
            *(f"error: {error} ({n})" for error, n in self.ledger.errors.items()),
        ]


def _told(numbers: "dict[str, int] | Counter[str]") -> str:
    total = sum(numbers.values())
    each = ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))
    return f"{total} ({each})" if each else str(total)


def run(home: Home, disk: Disk, mailbox: Mailbox, asked: Namespace, dice: random.Random) -> Told:
    """The whole run, in an installation whose servers are up and whose people are there."""
    told, port, owner = Told(wanted=(asked.faults, asked.uploads)), free_port(), os.environ["DATABASE_URL"]
    clock = SteppedClock(home.run)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(naive.TABLES)
        since = _latest_event(connection)
    with ExitStack() as stack:
        parts = stack.enter_context(Parts(_children(home, port, clock), home.run))
        watch = stack.enter_context(Watch(owner))
        _wait_until(lambda: Browser(port).get("/readyz").status == 200, READY_SECONDS, "the portal")
        faults = Faults(Scene(home, parts, watch, disk, mailbox, clock, dice, port))
        told.left_out = _left_out(disk, clock)

        def latest() -> str:
            return next((sent.id for sent in reversed(told.ledger.uploads)), "")

        with Strangers(port, latest) as strangers, Naively(watch) as naively:
            with People(home, port, told.ledger, dice):
                _wait_until(lambda: latest() and watch.work_under_way, AT_WORK_SECONDS, "an upload")
                _opens(port, latest())
                _break(told, faults, asked, dice)
            _say("no more faults", asked)
            naively.begin_no_more()
            left = _see_out(watch, naively)
            _say("all at their end", asked)
            _opens(port, latest())
        told.asked, told.answered, told.got_in = strangers.asked.total(), strangers.answered, strangers.got_in
        told.longest, told.longest_job = watch.longest, watch.longest_job
        told.naive = naively.count()
        with watch.connect() as connection:
            told.verdict = Counting(connection, told.ledger, mailbox, since).judge()
        for job in {*watch.stuck, *left}:
            told.verdict.stuck[job] = 1
        _verify_record(told)
    return told


def _break(told: Told, faults: Faults, asked: Namespace, dice: random.Random) -> None:
    """One fault after the other: each kind once first, then as often as its weight says, until enough have hit."""
    table = faults.table()
    first = dice.sample(sorted(table), len(table))
    begun = time.monotonic()
    give_up = begun + 60 + 4 * asked.every * asked.faults
    while told.hit.total() < asked.faults or len(told.ledger.uploads) < asked.uploads:
        if time.monotonic() > give_up:
            told.ledger.count(told.ledger.errors, "too few faults hit, or too few files were sent, in the time")
            break
        next_at = time.monotonic() + asked.every * dice.uniform(0.6, 1.4)
        kinds, weights = [*table], [weight for weight, _ in table.values()]
        kind = first.pop() if first else dice.choices(kinds, weights)[0]
        told.tried[kind] += 1
        hit = _hit(told, kind, faults)
        told.hit[kind] += hit
        _say(f"{time.monotonic() - begun:7.1f} s  {told.hit.total():4}  {'' if hit else 'missed: '}{kind}", asked)
        time.sleep(max(0.0, next_at - time.monotonic()))
    told.faults_seconds = time.monotonic() - begun


def _say(line: str, asked: Namespace) -> None:
    if asked.verbose:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 -- who watches it


def _hit(told: Told, kind: str, faults: Faults) -> bool:
    """Whether it hit; where an earlier fault still keeps the database down, it did not."""
    try:
        return faults.table()[kind][1]()
    except psycopg.OperationalError:
        return False


def _see_out(watch: Watch, naively: Naively) -> list[str]:
    """Until everything is at its end for some seconds, or something has not moved for two minutes; what is left."""
    give_up, rest = time.monotonic() + TAIL_SECONDS, time.monotonic() + REST_SECONDS
    while time.monotonic() < give_up and not watch.stuck & {*watch.under_way}:
        if watch.work_under_way or "routing" in watch.under_way or naively.has_unfinished():
            rest = time.monotonic() + REST_SECONDS
        elif time.monotonic() > rest:
            return []
        time.sleep(0.2)
    return watch.under_way


def _opens(port: int, upload: str) -> None:
    """What strangers are refused is there for those whose it is: otherwise their refusals would say nothing."""
    owner = Browser(port, OWNER)

    def shown() -> bool:
        answer = owner.get("/signals/uploads/")
        return answer.status == 200

    _wait_until(shown, AT_WORK_SECONDS, f"the page of {upload} for its owner")


def _verify_record(told: Told) -> None:
    """The sealed record is whole."""
    django_connection.close()
    try:
        with redirect_stdout(StringIO()):
            call_command("audit_verify")
    except (CommandError, SystemExit) as fault:
        told.ledger.count(told.ledger.errors, f"audit_verify: {fault}")


def _children(home: Home, port: int, clock: SteppedClock) -> Sequence[Child]:
    """As `manage.py run` starts them; the worker knows the naive tasks, and the web host's clock can be stepped."""
    made = []
    for child in children(home, port):
        if child.name == "worker":
            child = replace(child, command=[*child.command, "-I", "tests.chaos.naive,tests.chaos.small_slices"])  # noqa: PLW2901
        if child.name == "web":
            child = replace(child, environment={**child.environment, **clock.environment})  # noqa: PLW2901
        made.append(child)
    return made


def _left_out(disk: Disk, clock: SteppedClock) -> list[str]:
    missing = [] if disk.is_mounted else ["disk full (mounting needs root)"]
    return missing if clock.works else [*missing, "clock of the web host stepped (there is no C compiler)"]


def _latest_event(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT coalesce(max(id), 0) FROM audit_auditevent").fetchone()
    return int(str(row[0])) if row else 0


def _wait_until(is_so: "object", seconds: float, what: str) -> None:
    give_up = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < give_up, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)


assert STUCK_SECONDS == 120
