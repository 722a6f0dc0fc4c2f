"""`manage.py bench`: what the walls bear, in figures and as shares of what the database can do at most.

`make bench` runs it in an empty installation of its own. Machines differ and are busy: compare within one run, as
ratios.
"""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from lantern.bench import figures
from lantern.demo.cases import Maker
from lantern.demo.people import make_people, refuse_outside_demo
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, SharingGroup
from reviews.claims import claim_next, release
from reviews.models import Review
from reviews.routing import route
from signals.columns import NATIVE
from signals.intake import start_upload
from signals.models import Signal, Upload
from signals.uploads import work_on

ROWS = 50_000
DECISIONS = 200_000
YEAR = 2025
CLAIMS = 500
NINETY_FIFTH = 0.95


class Command(BaseCommand):
    """One line a figure: NAME VALUE UNIT. Fills the database, so it is refused where there are signals."""

    help = "Measures importing, routing and claiming. Only in an empty demo installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large."""
        parser.add_argument("--rows", type=int, default=ROWS)
        parser.add_argument("--decisions", type=int, default=DECISIONS)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        make_people()
        with acting_as_system():
            if Signal.objects.exists():
                raise CommandError("There are signals here already; the benchmarks want an empty installation.")
            sender, analyst = _member("ana@northwind.example"), _member("ana@harbor.example")
        content = _file(options["rows"])
        self._import(content, sender)
        self._route()
        self._claim(analyst)
        figures.plant(options["decisions"], analyst, YEAR)
        for figure in figures.measure(YEAR):
            self._tell(figure.name, figure.value, figure.unit)

    def _tell(self, name: str, value: float, unit: str) -> None:
        self.stdout.write(f"{name} {value:,.4g} {unit}" if value < 1 else f"{name} {value:.0f} {unit}")

    def _import(self, content: bytes, sender: Member) -> None:
        rows = content.count(b"\n") - 1
        copied = rows / _seconds(lambda: _copy(content))
        upload: list[Upload] = []

        def share() -> None:
            with _as(sender):
                group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG)
                upload.append(start_upload(ContentFile(content, "bench.csv"), group=group, by=sender, share=True))
            work_on(upload[0].pk)

        shared = rows / _seconds(share)
        self._tell("import_rows", shared, "rows/s, from upload to applied")
        self._tell("copy_rows", copied, "rows/s, raw COPY of the same file")
        self._tell("import_share_of_copy", shared / copied, "of 1")

    def _route(self) -> None:
        seconds = _seconds(route)
        with acting_as_system():
            made = Review.objects.count()
        self._tell("reviews_routed", made / seconds, "reviews/s")

    def _claim(self, analyst: Member) -> None:
        taken = sorted(_seconds(lambda: _claim_once(analyst)) for _ in range(CLAIMS))
        self._tell("claim_p95", 1000 * taken[int(CLAIMS * NINETY_FIFTH)], "ms, one connection, with event and release")


def _file(rows: int) -> bytes:
    now = timezone.now()
    findings = Maker(Random(1)).cases(rows, now - timedelta(days=700), now - timedelta(hours=1), "B")  # noqa: S311
    lines = [",".join(NATIVE)]
    for finding in findings:
        cells = (finding.fields.get(name, "") for name in NATIVE)
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
        if len(lines) > rows:
            break
    return ("\n".join(lines) + "\n").encode()


def _copy(content: bytes) -> None:
    """The physical limit: the raw file into an unlogged table without an index."""
    columns = ", ".join(f"{name} text" for name in NATIVE)
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE raw ({columns}) ON COMMIT DROP")
        with cursor.copy("COPY raw FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(content)


def _claim_once(analyst: Member) -> None:
    with _as(analyst):
        review = claim_next(by=analyst)
        if review is None:
            raise CommandError("The queue is empty: nothing was routed.")
        release(review, by=analyst)


def _member(email: str) -> Member:
    return Member.objects.select_related("user", "participant__auth_group").get(user__email=email)


def _as(member: Member) -> Any:
    return acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
