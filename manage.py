#!/usr/bin/env python3
"""Runs Lantern's commands, with the servers they need for as long as they need them."""

import os
import signal
import sys
from contextlib import ExitStack
from types import FrameType

from lantern.installation import schema
from lantern.installation.errors import InstallationError
from lantern.installation.folders import open_home
from lantern.installation.locks import held_alone, locked
from lantern.installation.progress import told, untold
from lantern.installation.servers import Servers, servers_in_use
from lantern.installation.web_port import refuse_taken, wanted_port

NEED_NO_SERVERS = (
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "normalise",
    "startapp",
    "startproject",
    "version",
)
MIND_THE_SCHEMA = (
    "makemigrations",
    "migrate",
    "optimizemigration",
    "run",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
)


def main(arguments: list[str]) -> None:
    """Run the command that `arguments` name, as Django does. Exits with its code, or with 1 and one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern.settings")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    command = arguments[1] if len(arguments) > 1 else "help"
    try:
        if _needs_servers(command, arguments[2:]):
            _with_servers(command, arguments)
        else:
            _execute(arguments)
    except InstallationError as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _needs_servers(command: str, options: list[str]) -> bool:
    asks_for_help = not {"-h", "--help"}.isdisjoint(options) or command.startswith("-")
    checks_database = command == "check" and any(option.startswith("--database") for option in options)
    return checks_database or not (asks_for_help or command in NEED_NO_SERVERS)


def _with_servers(command: str, arguments: list[str]) -> None:
    runs = command == "run"
    home = open_home()
    with ExitStack() as stack:
        if runs:
            refusal = f"Lantern is already running in {home.path}: stop it first, or choose another LANTERN_HOME."
            stack.enter_context(held_alone(home, "run", refusal))
            refuse_taken(wanted_port(arguments[2:]))
        steps = told if runs or sys.stderr.isatty() else untold
        servers = stack.enter_context(servers_in_use(home.path, steps=steps, create_keys=_is_demo(runs)))
        stack.callback(signal.signal, signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave servers behind
        if servers.embedded and command not in MIND_THE_SCHEMA:
            _bring_schema(servers)
        _execute(arguments)


def _is_demo(runs: bool) -> bool:
    """An installation that keeps its own database, or that `run` starts, is a demonstration unless told otherwise."""
    if runs or not os.environ.get("DATABASE_URL"):
        os.environ.setdefault("LANTERN_DEMO", "1")
    demo = os.environ.get("LANTERN_DEMO") == "1"
    if demo:
        os.environ.setdefault("LANTERN_HTTPS", "0")
    return demo


def _bring_schema(servers: Servers) -> None:
    with locked(servers.home, "schema"):
        if schema.is_current(servers.home):
            return
        import django  # noqa: PLC0415 - the settings read what `servers_in_use` has put into the environment
        from django.core.management import call_command  # noqa: PLC0415 - as above

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        schema.mark_current(servers.home)


def _execute(arguments: list[str]) -> None:
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415 - the settings come first
    except ImportError:
        raise InstallationError(
            "Django is not installed in this environment: run make run, or use .venv/bin/python."
        ) from None
    execute_from_command_line(arguments)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main(sys.argv)
