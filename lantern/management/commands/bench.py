"""`manage.py bench`: what the walls bear, in figures and as shares of what the database can do at most.

`make bench` runs it in an empty installation of its own. Machines differ and are busy: compare within one run, as
ratios.
"""

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from random import Random
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import CoalitionRole, User
from lantern.bench import figures, finding, importing, record, reviewing
from lantern.bench.intake_file import intake_file
from lantern.bench.long_queue import plant_reviews
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
SHORT, REVIEWS = 10_000, 10_000_000
CLAIMS, MANY_CLAIMS, CONNECTIONS = 500, 100_000, 64
DECISIONS = 10_000_000
EVENTS = 1_000_000
YEAR = 2025
NINETY_FIFTH = 0.95


class Command(BaseCommand):
    """One line a figure: NAME VALUE UNIT. Fills the database, so it is refused where there are signals."""

    help = (
        "Measures importing, finding, reviewing, the year's figures and the record. Only in an empty demo installation."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large, and which parts."""
        parser.add_argument("--only", choices=PARTS, action="append", help="This part; may be given more than once.")
        parser.add_argument("--rows", type=int, default=ROWS, help="Rows of the file.")
        parser.add_argument("--known", type=int, default=ROWS, help="Signals that are there before.")
        parser.add_argument("--reviews", type=int, default=REVIEWS, help="In the long queue, beside the short one.")
        parser.add_argument("--claims", type=int, default=MANY_CLAIMS)
        parser.add_argument("--connections", type=int, default=CONNECTIONS)
        parser.add_argument("--decisions", type=int, default=DECISIONS, help="In the year whose figures are computed.")
        parser.add_argument("--events", type=int, default=EVENTS, help="In the sealed record.")
        parser.add_argument(importing.CARRY_ON, metavar="UPLOAD", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        if options["carry_on"]:
            importing.carry_on(options["carry_on"])
            return
        make_people()
        call_command("collectstatic", verbosity=0, interactive=False)  # pages name static files by their content
        with acting_as_system():
            if Signal.objects.exists():
                raise CommandError("There are signals here already; the benchmarks want an empty installation.")
            _make_more()
        for part in options["only"] or PARTS:
            for figure in PARTS[part](options):
                self.stdout.write(str(figure))
                self.stdout.flush()


def _importing(options: Mapping[str, Any]) -> Iterator[Figure]:
    """A file among signals that are known, its routing, a claim, and finding values among all of them."""
    sender, reader, analyst = map(_member, ("lee@northwind.example", "ana@pixelforge.example", "ana@harbor.example"))
    planted = finding.plant(options["known"], reader)
    yield from importing.measure(b"".join(intake_file(options["rows"])), sender)
    yield _route()
    yield _claim(analyst)
    yield from finding.measure(planted, analyst, Random(1))  # noqa: S311 -- chooses what is looked up


def _reviewing(options: Mapping[str, Any]) -> Iterator[Figure]:
    """The pages of a short queue and of a long one, and claims by many at once."""
    sender, analyst = _member("ana@northwind.example"), _member("ana@harbor.example")
    company = analyst.participant
    with acting_as_system():
        Review.objects.due().update(state="closed", closed_because="out_of_date")
    short: dict[str, float] = {}
    for number in (SHORT, options["reviews"]):
        with acting_as_system():
            missing = number - Review.objects.filter(participant=company).due().count()
        plant_reviews(missing, of=sender, to=company)
        for figure in reviewing.measure_pages(analyst, number):
            yield figure
            if figure.name in short:
                grown = figure.value / short[figure.name]
                yield Figure(f"{figure.name}_growth", grown, f"times that among {SHORT}")
            short.setdefault(figure.name, figure.value)
    analysts = reviewing.add_analysts(options["connections"], company)
    yield from reviewing.measure_claims(analysts, options["claims"])


def _figures(options: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures of a year, over its decisions."""
    figures.plant_decisions(options["decisions"], _member("ana@harbor.example"), YEAR)
    yield from figures.measure(YEAR)


def _record(options: Mapping[str, Any]) -> Iterator[Figure]:
    """The sealed record, over its events."""
    record.plant_events(options["events"], of=_member("ana@harbor.example"))
    yield from record.measure()


PARTS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Figure]]] = {
    "importing": _importing,
    "reviewing": _reviewing,
    "figures": _figures,
    "record": _record,
}


def _make_more() -> None:
    """As many active participants as the programme may soon have."""
    staff = User.objects.filter(coalition_role=CoalitionRole.STAFF).earliest("pk")
    missing = PARTICIPANTS - Participant.objects.filter(state=ParticipantState.ACTIVE).count()
    for number in range(missing):
        make_company(Company(f"company-{number}", f"Company {number}", "messaging"), staff)


def _route() -> Figure:
    taken = seconds(route)
    with acting_as_system():
        made = Review.objects.count()
    return Figure("reviews_routed", made / taken, f"reviews/s, to {PARTICIPANTS - 1} participants")


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
    with acting_as_system():
        return Member.objects.select_related("user", "participant__auth_group").get(user__email=email)
