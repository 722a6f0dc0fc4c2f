"""`manage.py normalise`: lines `kind<TAB>value[<TAB>service]` in, the normal form or `!code` out."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from signals.faults import RowFault
from signals.kinds import normal_form


class Command(BaseCommand):
    """Needs no database. A line out for each line in, in order; LF is the only line end, TAB the only separator."""

    help = "Reads kind<TAB>value[<TAB>service] lines from stdin; writes each value's normal form, or !code."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # Bytes, not text mode: a value may hold a carriage return, which universal newlines would eat.
        for line in sys.stdin.buffer:
            text = line.removesuffix(b"\n").decode("utf-8", "surrogateescape")
            sys.stdout.buffer.write(f"{answer(text)}\n".encode())
        sys.stdout.buffer.flush()


def answer(line: str) -> str:
    """The normal form of the value in a line, or `!` and the code of what is wrong with it."""
    kind, value, service, *_ = [*line.split("\t"), "", ""]
    try:
        return normal_form(kind, value, service)[0]
    except RowFault as fault:
        return f"!{fault.code}"
