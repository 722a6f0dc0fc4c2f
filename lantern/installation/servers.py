"""The servers one installation uses: real ones that the environment names, or embedded ones for as long as needed.

Each command that needs the embedded servers holds a shared lock while it lives. The first starts them, the last one
to leave stops them. Locks end with their processes: after a crash there is nothing to clear away, and servers left
behind by a killed command are found by the next one and stopped properly when it leaves.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lantern.installation import keys
from lantern.installation.folders import Home, open_home
from lantern.installation.locks import locked
from lantern.installation.postgres import Postgres
from lantern.installation.progress import Steps, untold
from lantern.installation.redis import Redis


@dataclass(frozen=True)
class Servers:
    """The servers in use, by URL; `database_url` is the owner's. `embedded`: Lantern keeps the database itself."""

    home: Home
    database_url: str
    redis_url: str
    embedded: bool


@contextmanager
def servers_in_use(home: Path | None = None, *, steps: Steps = untold, create_keys: bool = False) -> Iterator[Servers]:
    """PostgreSQL and Redis, running, for the length of the `with` block.

    `DATABASE_URL` and `REDIS_URL` of the environment are used as they are; what they do not name is started here and
    put there, as is the absolute `LANTERN_HOME`; on leaving the environment is as it was. Keys are made where the
    database is embedded or `create_keys` asks for them. Raises `InstallationError`.
    """
    place = open_home(home)
    named = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL", "LANTERN_HOME")}
    embedded = not named["DATABASE_URL"]
    if embedded or create_keys:
        keys.create_missing(place)
    with ExitStack() as stack:
        stack.callback(_restore, named)
        os.environ["LANTERN_HOME"] = str(place.path)
        stack.enter_context(_embedded(place, steps))
        yield Servers(place, os.environ["DATABASE_URL"], os.environ["REDIS_URL"], embedded)


@contextmanager
def _embedded(home: Home, steps: Steps) -> Iterator[None]:
    postgres = None if os.environ.get("DATABASE_URL") else Postgres(home)
    redis = None if os.environ.get("REDIS_URL") else Redis(home)
    if postgres is None and redis is None:
        yield
        return
    with (home.run / "users.lock").open("a") as users:
        with locked(home, "start"):
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                _start(postgres, redis, steps)
            except BaseException:
                _leave(users, home)
                raise
        try:
            yield
        finally:
            with locked(home, "start"):
                _leave(users, home)


def _start(postgres: Postgres | None, redis: Redis | None, steps: Steps) -> None:
    if postgres:
        if postgres.is_new():
            with steps("Making a database"):
                postgres.create()
        with steps("Starting PostgreSQL"):
            postgres.start()
        os.environ["DATABASE_URL"] = postgres.url
    if redis:
        with steps("Starting Redis"):
            redis.start()
        os.environ["REDIS_URL"] = redis.url


def _leave(users: IO[str], home: Home) -> None:
    """Stop the servers if nobody else uses them. The caller holds the start lock."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    Redis(home).stop()
    Postgres(home).stop()


def _restore(named: dict[str, str | None]) -> None:
    for name, value in named.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
