"""`manage.py audit_verify`: whether every event is still what was sealed."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.stored_log import verify
from audit.verifying import Misfit


class Command(BaseCommand):
    """Exit 0 and a count, or exit 1 and the first event that does not fit."""

    help = "Checks every event, hash and signed checkpoint of the sealed record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--kept FILE`, any number of times."""
        parser.add_argument(
            "--kept", type=Path, action="append", default=[], help="a checkpoint that was put by elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify. Raises `CommandError` where a file cannot be read."""
        try:
            kept = [path.read_text(encoding="utf-8") for path in options["kept"]]
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"A checkpoint cannot be read: {error}") from error
        try:
            found = verify(kept)
        except Misfit as misfit:
            about = f"event {misfit.event_id}: " if misfit.event_id is not None else ""
            self.stdout.write(f"{about}{misfit.why}")
            sys.exit(1)
        self.stdout.write(f"{found.sealed} events are as they were sealed, {found.signed} of them under a signature.")
        self.stdout.write(f"{found.waiting} wait to be sealed.")
