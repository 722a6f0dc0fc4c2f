"""A whole Lantern as people run it: `manage.py run` in a folder of its own, and what is left of it looked at."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lantern.installation.folders import PROJECT, open_home
from lantern.installation.postgres import Postgres
from lantern.installation.redis import Redis as EmbeddedRedis
from lantern.installation.temporary import temporary_home
from tests.servers import NAMED

TIED = (sys.executable, "-m", "lantern.installation.tied")  # a test run that is killed takes what it started along
SERVE = """
import sys
from lantern.installation.servers import servers_in_use
with servers_in_use(create_keys=True):
    print("up", flush=True)
    sys.stdin.read()
"""
START_SECONDS = 90.0
STOP_SECONDS = 30.0
PAUSE = 0.05
PASSWORD = "lantern-demo-only-2026"
NICENESS = "0"  # tests wait for the worker, and what else runs on their machine is not what it should give way to
OTHER_REDIS_DATABASE = 7  # the tests' own tasks are in the one that was named


class ProcessRow(NamedTuple):
    """One process of this machine."""

    pid: int
    parent: int
    words: str


def wait_for(is_so: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Return once `is_so()`; fail, saying `what` did not come, after `seconds`."""
    give_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up, f"{what}: not within {seconds:.0f} s"
        time.sleep(PAUSE)


def processes() -> list[ProcessRow]:
    """Everything that runs on this machine and has not ended."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True)  # noqa: PLW1510, S607
    rows = (line.split(None, 3) for line in listed.stdout.splitlines())
    return [ProcessRow(int(row[0]), int(row[1]), row[3]) for row in rows if len(row) == 4 and row[2][0] != "Z"]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class RunningInstallation:
    """An installation in `home`. `environment` is what its commands and its parts see besides PATH and the like."""

    home: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    _run: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What `manage.py run` has said so far, on both streams."""
        path = self.home / "run.out"
        return path.read_text() if path.exists() else ""

    def begin(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        """`manage.py` with those arguments, begun."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env={**self.environment, **more},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def manage(self, *arguments: str, given: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py` with those arguments, to its end; `given` is its stdin."""
        process = self.begin(*arguments, **more)
        out, error = process.communicate(given)
        return subprocess.CompletedProcess(process.args, process.returncode, out, error)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database answers its owner, past all row-level security that would hide something."""
        with self._as_owner() as connection:
            return connection.execute(statement.encode()).fetchall()

    def execute(self, statement: str) -> None:
        """Change something behind the application's back, as its owner."""
        with self._as_owner() as connection:
            connection.execute(statement.encode())

    @contextmanager
    def holding(self, statement: str) -> Iterator[None]:
        """Rows that `statement` locks are somebody else's until the end of the block."""
        with self._as_owner() as connection:
            connection.execute(statement.encode())
            yield
            connection.rollback()

    def number(self, statement: str) -> int:
        """The one number that the database answers."""
        return int(self.rows(statement)[0][0])

    def code(self, email: str) -> str:
        """The one-time code that the person's authenticator shows now."""
        done = self.manage("demo_code", email)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Its servers without Lantern: they stay up between the commands of the block."""
        holder = subprocess.Popen(
            [*TIED, str(os.getpid()), sys.executable, "-c", SERVE],
            cwd=PROJECT,
            env={**self.environment, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert holder.stdout is not None
        assert holder.stdout.readline(), "the servers did not start"
        yield
        holder.communicate()

    def start(self) -> None:
        """`manage.py run`, until it answers that it is ready."""
        with (self.home / "run.out").open("ab") as out:
            self._run = subprocess.Popen(
                [*TIED, str(os.getpid()), sys.executable, "manage.py", "run", "--port", str(self.port)],
                cwd=PROJECT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        wait_for(lambda: self._has_ended() or (self.pids("worker") and self._is_ready()), "ready", START_SECONDS)
        assert not self._has_ended(), self.log

    def stop(self) -> None:
        """Ctrl-C. Fails if anything that belonged to it is left running."""
        if self._run is None:
            return
        self._run.send_signal(signal.SIGINT)
        try:
            assert self._run.wait(STOP_SECONDS) == 0, self.log
        finally:
            self._run = None
            left = self.leftovers()
            for row in left:
                os.kill(row.pid, signal.SIGKILL)
        assert not left, f"left running: {left}"

    def forget_rings(self) -> None:
        """Empty Redis: tasks that were sent and not taken are lost."""
        address = self.environment.get("REDIS_URL") or EmbeddedRedis(open_home(self.home)).url
        with redis.Redis.from_url(address) as client:
            client.flushdb()

    def pids(self, part: str) -> list[int]:
        """The processes of `web`, `worker` or `beat`, the main one first. Children may call themselves otherwise."""
        word = {"web": "gunicorn lantern.wsgi", "worker": "-A lantern worker", "beat": "-A lantern beat"}[part]
        found: list[int] = []
        for row in self._family():
            if word in row.words or row.parent in found:
                found.append(row.pid)
        return found

    def leftovers(self) -> list[ProcessRow]:
        """Processes whose command line or folder is this installation's."""
        return [row for row in processes() if str(self.home) in row.words or _is_of(row.pid, self.home)]

    def _as_owner(self) -> psycopg.Connection[tuple[Any, ...]]:
        address = self.environment.get("DATABASE_URL") or Postgres(open_home(self.home)).url
        return psycopg.connect(address, options="-c lantern.scope=system")

    def _family(self) -> list[ProcessRow]:
        """What `manage.py run` has started, and what those have started, parents first."""
        assert self._run is not None
        known = {self._run.pid}
        family = []
        for row in sorted(processes()):
            if row.parent in known:
                known.add(row.pid)
                family.append(row)
        return family

    def _has_ended(self) -> bool:
        return self._run is None or self._run.poll() is not None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


@contextmanager
def installation(**environment: str) -> Iterator[RunningInstallation]:
    """An empty installation, of the same kind of servers as the tests': embedded, or a database of its own on those
    that the outer environment names. It is stopped and removed on leaving.
    """
    with temporary_home() as home, _servers(home.name) as named:
        kept = {name: value for name, value in os.environ.items() if not is_of_the_tests(name)}
        own = {"LANTERN_HOME": str(home), "LANTERN_DEMO": "1", "LANTERN_WORKER_NICENESS": NICENESS}
        place = RunningInstallation(home, {**kept, **named, **own, **environment})
        try:
            yield place
        finally:
            place.stop()


def is_of_the_tests(name: str) -> bool:
    """Whether a variable of the environment says which installation, so is not handed to another one."""
    return name.startswith("LANTERN_") or name in (
        "DATABASE_URL",
        "DATABASE_APP_URL",
        "REDIS_URL",
        "DJANGO_SETTINGS_MODULE",
    )


def leave_environment(**environment: str) -> None:
    """This process forgets the installation that its environment names, and becomes a demo of its own."""
    for name in filter(is_of_the_tests, [*os.environ]):
        del os.environ[name]
    os.environ.update(
        DJANGO_SETTINGS_MODULE="lantern.settings",
        LANTERN_DEMO="1",
        LANTERN_HTTPS="0",
        LANTERN_HOSTS="127.0.0.1,testserver",
        **environment,
    )


def make_people() -> None:
    """This process becomes the application: tables, static files and the demo world's people, without signals."""
    import django  # noqa: PLC0415 -- the settings read the environment, which `leave_environment` changes
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    with redirect_stdout(StringIO()):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("seed_demo", "--people-only")


@contextmanager
def _servers(label: str) -> Iterator[dict[str, str]]:
    """The servers that were named from outside, with a database of our own in each; nothing where none was."""
    named = dict(NAMED)
    if named.get("REDIS_URL", "").startswith("redis"):
        named["REDIS_URL"] = urlsplit(named["REDIS_URL"])._replace(path=f"/{OTHER_REDIS_DATABASE}").geturl()
    if "DATABASE_URL" not in named:
        yield named
        return
    name = label.replace("-", "_").lower()
    try:
        _execute("CREATE DATABASE {}", name)
        yield {**named, "DATABASE_URL": make_conninfo(NAMED["DATABASE_URL"], dbname=name)}
    finally:
        _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _execute("DROP ROLE IF EXISTS {}", f"{name}_app")


def _execute(statement: str, name: str) -> None:
    with psycopg.connect(NAMED["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _is_of(pid: int, home: Path) -> bool:
    """Whether the process was told to live in `home` (Linux tells; elsewhere its command line has to)."""
    try:
        return f"LANTERN_HOME={home}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes() + b"\0"
    except OSError:
        return False
