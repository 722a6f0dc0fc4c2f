"""`manage.py bench`: what the walls bear, in figures and as shares of what the database can do at most.

`make bench` runs it in an empty installation of its own. Machines differ and are busy: compare within one run, as
ratios.
"""

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import CoalitionRole, User
from lantern.bench import finding, importing
from lantern.bench.intake_file import intake_file
from lantern.bench.measuring import Figure, on_behalf_of, seconds
from lantern.demo.people import make_company, make_people, refuse_outside_demo
from lantern.demo.programme import Company
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, ParticipantState
from reviews.claims import claim_next, release
from reviews.models import Review
from reviews.routing import route
from signals.models import Signal

ROWS = 1_000_000
PARTICIPANTS = 20
CLAIMS = 500
NINETY_FIFTH = 0.95


class Command(BaseCommand):
    """One line a figure: NAME VALUE UNIT. Fills the database, so it is refused where there are signals."""

    help = "Measures importing, routing, finding and claiming. Only in an empty demo installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large."""
        parser.add_argument("--rows", type=int, default=ROWS, help="Rows of the file.")
        parser.add_argument("--known", type=int, default=ROWS, help="Signals that are there before.")
        parser.add_argument(importing.CARRY_ON, metavar="UPLOAD", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        if options["carry_on"]:
            importing.carry_on(options["carry_on"])
            return
        make_people()
        with acting_as_system():
            if Signal.objects.exists():
                raise CommandError("There are signals here already; the benchmarks want an empty installation.")
            _make_more()
            sender, reader, analyst = map(
                _member, ("lee@northwind.example", "ana@pixelforge.example", "ana@harbor.example")
            )
        for figure in self._figures(options["rows"], options["known"], sender, reader, analyst):
            self.stdout.write(str(figure))
            self.stdout.flush()

    def _figures(self, rows: int, known: int, sender: Member, reader: Member, analyst: Member) -> Iterator[Figure]:
        planted = finding.plant(known, reader)
        yield from importing.measure(b"".join(intake_file(rows)), sender)
        yield _route()
        yield _claim(analyst)
        yield from finding.measure(planted, analyst, Random(1))  # noqa: S311 -- chooses what is looked up


def _make_more() -> None:
    """As many active participants as the programme may soon have."""
    staff = User.objects.filter(coalition_role=CoalitionRole.STAFF).earliest("pk")
    missing = PARTICIPANTS - Participant.objects.filter(state=ParticipantState.ACTIVE).count()
    for number in range(missing):
        make_company(Company(f"company-{number}", f"Company {number}", "messaging"), staff)


def _route() -> Figure:
    taken = seconds(route)
    with acting_as_system():
        return Figure(
            "reviews_routed", Review.objects.count() / taken, f"reviews/s, to {PARTICIPANTS - 1} participants"
        )


def _claim(analyst: Member) -> Figure:
    taken = sorted(seconds(partial(_claim_once, analyst)) for _ in range(CLAIMS))
    return Figure("claim_p95", 1000 * taken[int(CLAIMS * NINETY_FIFTH)], "ms, one connection, with event and release")


def _claim_once(analyst: Member) -> None:
    with on_behalf_of(analyst):
        review = claim_next(by=analyst)
        if review is None:
            raise CommandError("The queue is empty: nothing was routed.")
        release(review, by=analyst)


def _member(email: str) -> Member:
    return Member.objects.select_related("user", "participant__auth_group").get(user__email=email)
