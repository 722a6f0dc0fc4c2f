"""`manage.py annual_report YEAR`: the year's report as a file, the same that the public page offers."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lantern.lib.tenancy import Scope, acting
from transparency.formats import FORMATS, file_of
from transparency.reports import report_of
from transparency.running import keep_running


class Command(BaseCommand):
    """The latest edition, or the figures as they are now where none is published."""

    help = "Writes the annual report of a year as JSON, CSV or PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which year, in which form, to which file."""
        parser.add_argument("year", type=int)
        parser.add_argument("--format", choices=list(FORMATS), required=True)
        parser.add_argument("--output", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        keep_running()
        with acting(Scope.PUBLIC):
            report = report_of(year)
            if report is None:
                raise CommandError(f"There is nothing to report for {year}.")
            content = file_of(report, options["format"])
        try:
            options["output"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error.strerror}.") from None
        edition = "figures so far, not published" if report.is_running else f"edition {report.edition}"
        self.stdout.write(f"{year}, {edition}: {options['output']}")
