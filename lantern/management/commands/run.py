"""`manage.py run`: the whole of Lantern on this machine, until Ctrl-C."""

import http.client
import io
import json
import os
import shlex
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from psycopg.conninfo import make_conninfo

from lantern.installation import schema
from lantern.installation.errors import InstallationError
from lantern.installation.folders import PROJECT, Home, open_home
from lantern.installation.locks import locked
from lantern.installation.progress import told
from lantern.installation.supervisor import Child, Supervisor
from lantern.installation.web_port import ADDRESS, add_port_option, port_number

READY_SECONDS = 90.0
PROBE_SECONDS = 2.0
HTTP_OK = 200


class Command(BaseCommand):
    """Migrations, the demo world and the static files; then web, worker and beat under one process."""

    help = "Runs web, worker and beat, and stops them all on Ctrl-C, SIGTERM or SIGHUP."
    requires_system_checks: list[str] = []  # the database may not be made yet; `migrate` checks

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--port`."""
        add_port_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal. Raises `CommandError` with one sentence if a part keeps failing."""
        home, port = open_home(), port_number(options["port"])
        try:
            parts = children(home, port)
            _prepare(home)
            with Supervisor(parts, home.run, self._say) as supervisor:
                with told("Starting web, worker and beat"):
                    started = supervisor.wait(until=lambda: _is_ready(port), seconds=READY_SECONDS)
                if started:
                    self._say(_welcome(home, port))
                    supervisor.wait()
                self._say("Stopping.")
        except InstallationError as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _prepare(home: Home) -> None:
    with told("Bringing the database up to date"), locked(home, "schema"):
        call_command("migrate", verbosity=0, interactive=False)
        schema.mark_current(home)
    with told("Collecting static files"):
        call_command("collectstatic", verbosity=0, interactive=False)
    if settings.DEMO:
        with told("Making the demo world, unless it is there"):
            call_command("seed_demo", stdout=io.StringIO())
    connections.close_all()  # only the children need the database from here on


def children(home: Home, port: int) -> list[Child]:
    """Web, worker and beat. `LANTERN_WEB_WORKERS` and `LANTERN_WORKERS` say how many processes the first two have."""
    environment = _environment(port)
    web = ["gunicorn", "lantern.wsgi", "--bind", f"{ADDRESS}:{port}", "--workers", _size("LANTERN_WEB_WORKERS")]
    # No access log: addresses name what people looked at. No control socket: it would stand in the user's home folder.
    web += ["--worker-class", "gthread", "--threads", "4", "--graceful-timeout", "8", "--no-control-socket"]
    web += ["--worker-connections", "8"]  # four at work, four to come; what one has no room for the other takes up
    worker = ["celery", "-A", "lantern", "worker", "--concurrency", _size("LANTERN_WORKERS"), "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle"]  # there is no other worker to talk to
    beat = ["celery", "-A", "lantern", "beat", "--schedule", str(home.run / "beat-schedule"), "--pidfile="]
    return [
        Child(name, [sys.executable, "-m", *command], environment)
        for name, command in (("web", web), ("worker", worker), ("beat", beat))
    ]


def _environment(port: int) -> dict[str, str]:
    """What the children see: the database as the application's role, and nothing of the owner's."""
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    database = settings.DATABASES["default"]
    parts = {word: database[name] for name, word in known.items() if database.get(name)}
    address = make_conninfo(**parts, **database["OPTIONS"])
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    inherited.setdefault("LANTERN_URL", f"http://{ADDRESS}:{port}")  # the address in letters
    return {**inherited, "DATABASE_APP_URL": address, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}


def _size(name: str) -> str:
    text = os.environ.get(name, "2")
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise InstallationError(f"{name} must be a whole number above 0, not {text!r}.")
    return text


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTP_OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(home: Home, port: int) -> str:
    lines = ["", f"Lantern is at http://{ADDRESS}:{port}/ until you press Ctrl-C. Logs: {home.run}"]
    if settings.DEMO:
        python = Path(sys.executable)
        shown = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
        where = "" if home.path == PROJECT / ".lantern" else f"LANTERN_HOME={shlex.quote(str(home.path))} "
        lines += ["", *_people(), "", f"A one-time code: {where}{shown} manage.py demo_code EMAIL", ""]
    return "\n".join(lines)


def _people() -> list[str]:
    listed = io.StringIO()
    call_command("demo_people", stdout=listed)
    people = json.loads(listed.getvalue())
    columns = ("email", "password", "participant", "role")
    rows = [columns, *(tuple(str(person[column] or "") for column in columns) for person in people)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
