"""`manage.py seed_demo`: the demo world, as large as asked for."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit.sealing import seal_all
from lantern.demo.people import make_people, refuse_outside_demo
from lantern.demo.work import make_work


class Command(BaseCommand):
    """Refused outside a demo installation. What is there already stays as it is.

    `LANTERN_DEMO_SIZE=people` in the environment stands for `--people-only`.
    """

    help = "Makes the fictional demo world: participants, people and, unless --people-only, two years of their work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much."""
        people_only = os.environ.get("LANTERN_DEMO_SIZE") == "people"
        parser.add_argument(
            "--people-only", action="store_true", default=people_only, help="no sample signals, reviews or report"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        made = make_people()
        self.stdout.write("Participants and people made." if made else "Participants and people are there already.")
        if not options["people_only"]:
            made = make_work()
            self.stdout.write("Two years of work made." if made else "There are signals already; none were added.")
        seal_all()  # nobody may be there to do it later
