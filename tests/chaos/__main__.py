"""`python -m tests.chaos`: an installation of its own, people at work, faults one after the other, and the count."""

import faulthandler
import logging
import os
import random
import shutil
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lantern.installation.folders import Home, open_home
from lantern.installation.servers import servers_in_use
from lantern.installation.temporary import temporary_home
from tests.chaos.disk import Disk
from tests.running import NICENESS, leave_environment, make_people


def arguments() -> Namespace:
    """How many, and which."""
    parser = ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=1_000, help="how many have to hit")
    parser.add_argument("--uploads", type=int, default=50, help="at least so many files are sent meanwhile")
    parser.add_argument("--seed", type=int, default=1, help="which faults come when")
    parser.add_argument("--every", type=float, default=1.5, help="seconds from one fault to the next")
    parser.add_argument("--quiet", type=float, default=15, help="seconds after which a silent upload is rung for")
    parser.add_argument("--verbose", action="store_true", help="a line for each fault, on the error stream")
    parser.add_argument("--keep-logs", type=Path, help="a folder for the logs of the parts and servers")
    return parser.parse_args()


@contextmanager
def installed(asked: Namespace) -> "Iterator[tuple[Home, Disk]]":
    """An empty demo installation on a small disk, its servers up, this process its application."""
    leave_environment(
        LANTERN_SWEEP_SECONDS="2",
        LANTERN_WORKERS="5",
        LANTERN_WORKER_NICENESS=NICENESS,
        LANTERN_SECOND_LOOK_PERCENT="0",
        CHAOS_QUIET_SECONDS=str(asked.quiet),
    )
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_home())
        home = open_home(folder)
        disk = stack.enter_context(Disk(home.postgres))
        stack.enter_context(servers_in_use(folder, create_keys=True))
        if asked.keep_logs:
            stack.callback(shutil.copytree, home.run, asked.keep_logs, dirs_exist_ok=True, ignore=_only_logs)
        yield home, disk


def _only_logs(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if ".log" not in name]


def main() -> int:
    """Run it and tell it; 1 where something was lost, doubled or stuck, somebody got in, or the naive way did well."""
    asked = arguments()
    faulthandler.register(signal.SIGUSR1)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    logging.disable(logging.CRITICAL)  # this process is told of every fault
    begun = time.monotonic()
    with installed(asked) as (home, disk):
        os.environ.update(LANTERN_MAIL_TLS="0", LANTERN_MAIL_HOST="127.0.0.1")
        from tests.chaos.mailbox import Mailbox  # noqa: PLC0415

        mailbox = Mailbox()
        os.environ["LANTERN_MAIL_PORT"] = str(mailbox.port)
        make_people()
        from tests.chaos.run import run  # noqa: PLC0415

        told = run(home, disk, mailbox, asked, random.Random(asked.seed))
    for line in told.lines():
        print(line)  # noqa: T201 -- what it was asked for
    print(f"seconds {time.monotonic() - begun:.0f}")  # noqa: T201 -- as above
    return 0 if told.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
