"""`manage.py expire_signals`: the nightly expiry, here and now, or what it would do."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from signals.expiring import expire, would_expire


class Command(BaseCommand):
    """Ends every contribution whose time is over, except where a legal hold keeps it."""

    help = "Ends what has expired. With --dry-run it only counts. The last line of stdout is one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to count only."""
        parser.add_argument("--dry-run", action="store_true", help="count first, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.stdout.write(json.dumps({"dry_run": True, **would_expire()}))
            return
        run = expire()
        told = (
            {"contributions": run.contributions, "signals": run.signals} if run else {"contributions": 0, "signals": 0}
        )
        self.stdout.write(json.dumps({"dry_run": False, **told}))
