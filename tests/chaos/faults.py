"""The faults: what is broken, and whether it hit, which is asked of the machine and never assumed.

A fault that kills has hit when work was under way and the process is gone; one that refuses, when the refusal was seen.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import psycopg
import redis
from kombu.exceptions import OperationalError

from lantern.celery import app
from lantern.installation.folders import Home
from lantern.installation.postgres import Postgres
from lantern.installation.redis import Redis
from tests.chaos.browser import Browser
from tests.chaos.clock import SteppedClock
from tests.chaos.disk import Disk
from tests.chaos.mailbox import Mailbox
from tests.chaos.parts import Parts, children_of, has_gone, worked
from tests.chaos.watch import Watch

BUSY = """
SELECT pid FROM pg_stat_activity WHERE usename = 'lantern_app' AND pid <> pg_backend_pid()
AND (state IN ('active', 'idle in transaction') OR state LIKE 'fastpath%') ORDER BY random()
"""
ALARMS = ("lantern.reseal", "signals.sweep_endings", "reviews.route", "signals.relate", "audit.seal")
TRIES = 40
TRY_PAUSE = 0.02
UP_SECONDS = 60.0


@dataclass
class Scene:
    """What faults can reach."""

    home: Home
    parts: Parts
    watch: Watch
    disk: Disk
    mailbox: Mailbox
    clock: SteppedClock
    dice: random.Random
    port: int


class Faults:
    """Each method is one fault and says whether it hit. Afterwards what it broke works again."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.postgres, self.redis = Postgres(scene.home), Redis(scene.home)

    def table(self) -> dict[str, tuple[int, Callable[[], bool]]]:
        """By name: how often, and what. What this machine does not permit is not in it."""
        faults: dict[str, tuple[int, Callable[[], bool]]] = {
            "worker child killed": (24, self.kill_child),
            "worker killed": (5, self.kill_worker),
            "web killed": (3, self.kill_web),
            "web child killed": (8, self.kill_web_child),
            "beat killed": (4, self.kill_beat),
            "Redis killed": (7, self.kill_redis),
            "Redis flushed": (8, self.flush_redis),
            "connections ended": (12, self.end_connections),
            "PostgreSQL backend killed": (4, self.kill_backend),
            "PostgreSQL killed": (2, lambda: self.kill_postgres(signal.SIGKILL)),
            "PostgreSQL stopped at once": (2, lambda: self.kill_postgres(signal.SIGQUIT)),
            "rung twice, out of order": (12, self.ring_twice),
            "mail refused": (3, self.refuse_mail),
            "keys away": (2, self.take_keys_away),
        }
        if self.scene.disk.is_mounted:
            faults["disk full"] = (3, self.fill_disk)
        if self.scene.clock.works:
            faults["clock of the web host stepped"] = (3, self.step_clock)
        return faults

    # Parts.

    def kill_child(self) -> bool:
        """A worker's child that has just used the processor."""
        for _ in range(TRIES):
            pids = children_of(self.scene.parts["worker"].pid)
            before = {pid: worked(pid) for pid in pids}
            time.sleep(TRY_PAUSE)
            busy = [pid for pid in pids if worked(pid) > before[pid]]
            if busy and self.scene.watch.work_under_way:
                return _kill(self.scene.dice.choice(busy))
        return False

    def kill_worker(self) -> bool:
        """The worker with all its children."""
        return self._kill_part("worker")

    def kill_web(self) -> bool:
        """The web server's main process (the supervisor clears its children) while requests are under way."""
        return self._in_a_request() and _kill(self.scene.parts["web"].pid)

    def kill_web_child(self) -> bool:
        """One of the web server's children while requests are under way."""
        children = children_of(self.scene.parts["web"].pid)
        return bool(children) and self._in_a_request() and _kill(self.scene.dice.choice(children))

    def kill_beat(self) -> bool:
        """Nobody rings the sweepers for a while."""
        return self._kill_part("beat")

    def _kill_part(self, name: str) -> bool:
        return self.scene.watch.work_under_way and _kill(self.scene.parts[name].pid)

    def _in_a_request(self) -> bool:
        return _comes(lambda: Browser.under_way["web"] > 0)

    # Redis.

    def kill_redis(self) -> bool:
        """The bell with every ring in it."""
        hit = self.scene.watch.work_under_way and _kill(int((self.scene.home.redis / "redis.pid").read_text()))
        time.sleep(self.scene.dice.random())
        self.redis.start()
        return hit

    def flush_redis(self) -> bool:
        """Every ring that is waiting or not acknowledged."""
        with redis.Redis.from_url(self.redis.url) as client:
            hit = _comes(lambda: bool(client.llen("celery") or client.hlen("unacked")))
            client.flushall()
            return hit

    def ring_twice(self) -> bool:
        """Each upload under way three times, those that are done too, and the sweepers, in any order."""
        try:
            with self.scene.watch.connect() as connection:
                rows = connection.execute("SELECT id::text, state FROM signals_upload ORDER BY random() LIMIT 30")
                uploads = {str(row[0]): row[1] for row in rows}
            rings = [("signals.work_on_upload", {"upload_id": upload}) for upload in uploads for _ in range(3)]
            rings = self.scene.dice.sample(rings, min(12, len(rings)))
            running = [upload for upload, state in uploads.items() if state in ("checking", "applying")]
            rings += [("signals.work_on_upload", {"upload_id": upload}) for upload in running for _ in range(2)]
            rings += [(alarm, {}) for alarm in ALARMS]
            self.scene.dice.shuffle(rings)
            for name, ids in rings:
                app.send_task(name, kwargs=ids, retry=False)
        except (psycopg.Error, OperationalError, redis.RedisError, OSError):
            return False
        return bool(running)

    # PostgreSQL.

    def end_connections(self) -> bool:
        """Two of the application's connections in the middle of a transaction."""
        with self.scene.watch.connect() as connection:
            for _ in range(TRIES):
                pids = [row[0] for row in connection.execute(BUSY)][:2]
                ended = [connection.execute("SELECT pg_terminate_backend(%s)", [pid]).fetchone() for pid in pids]
                if (True,) in ended:
                    return True
                time.sleep(TRY_PAUSE)
        return False

    def kill_backend(self) -> bool:
        """One backend in the middle of a transaction; PostgreSQL then ends all of them and recovers."""
        pid = self._busy_backend()
        hit = pid is not None and _kill(pid)
        self._wait_for_database()
        return hit

    def kill_postgres(self, number: signal.Signals) -> bool:
        """The whole server in the middle of a transaction, and started again.

        A backend that only reckons sees late that its server is gone, and none can be started while it is there: a
        service manager ends it.
        """
        pid = self._busy_backend()
        main = int((self.scene.home.postgres.resolve() / "data" / "postmaster.pid").read_text().split("\n")[0])
        backends = children_of(main)
        ended = pid is not None and _kill(main, number)
        hit = ended and pid is not None and has_gone(pid, 5.0)
        for backend in backends if ended else ():
            if not has_gone(backend, TRY_PAUSE):
                _kill(backend)
        self._wait_for_database()
        return hit

    def _busy_backend(self) -> int | None:
        with self.scene.watch.connect() as connection:
            for _ in range(TRIES):
                for row in connection.execute(BUSY):
                    return int(str(row[0]))
                time.sleep(TRY_PAUSE)
        return None

    def _wait_for_database(self) -> None:
        """Start it where it is down: what systemd or an operator does."""
        give_up = time.monotonic() + UP_SECONDS
        while True:
            time.sleep(TRY_PAUSE)
            if not self.postgres.is_running():
                self.postgres.start()
            try:
                self.scene.watch.connect().close()
            except psycopg.OperationalError:
                assert time.monotonic() < give_up, "PostgreSQL did not come back"
            else:
                return

    def fill_disk(self) -> bool:
        """No room for the database, which holds the uploads too; hit when PostgreSQL itself says so."""
        seen = self.scene.watch.work_under_way
        self.scene.disk.fill()
        try:
            seen = self._sees_full() and seen
            time.sleep(0.2 + self.scene.dice.random())
        finally:
            self.scene.disk.empty()
        self._wait_for_database()
        with suppress(psycopg.Error), self.scene.watch.connect() as connection:
            connection.execute("TRUNCATE chaos_ballast")
        return seen

    def _sees_full(self) -> bool:
        filling = "INSERT INTO chaos_ballast SELECT repeat(md5(n::text), 40) FROM generate_series(1, 20000) n"
        for _ in range(3):
            try:
                with self.scene.watch.connect() as connection:
                    connection.execute(filling)
            except psycopg.errors.DiskFull:
                return True
            except psycopg.OperationalError as error:  # it met the full disk where it must not go on, and recovers
                return "No space left" in str(error) or "No space left" in self._log()
        return False

    def _log(self) -> str:
        return (self.scene.home.run / "postgres.log").read_text(errors="replace")[-5_000:]

    # What stands around.

    def step_clock(self) -> bool:
        """The web host's clock goes forward or back; leases are on the database's. Hit when its answers show it."""
        step = self.scene.dice.choice((-3600, -90, 90, 3600, 86_400))
        self.scene.clock.step(step)
        try:
            return _comes(lambda: abs(self._web_is_ahead()) > 60, 3.0) and self.scene.watch.work_under_way
        finally:
            self.scene.clock.step(0)
            _comes(lambda: abs(self._web_is_ahead()) < 30, 3.0)

    def _web_is_ahead(self) -> float:
        date = Browser(self.scene.port).get("/livez").date
        return parsedate_to_datetime(date).timestamp() - time.time() if date else 0.0

    def refuse_mail(self) -> bool:
        """The mail server refuses connections. Hit when a letter was refused; it is tried again later."""
        before = self._refused()
        self.scene.mailbox.close()
        try:
            return _comes(lambda: self._refused() > before, 4.0)
        finally:
            self.scene.mailbox.open()

    def _refused(self) -> int:
        tried = "SELECT count(*) FROM accounts_letter WHERE sent_at IS NULL AND attempts > 0"
        with self.scene.watch.connect() as connection:
            row = connection.execute(tried).fetchone()
        return int(str(row[0])) if row else 0

    def take_keys_away(self) -> bool:
        """The key folder is gone, and a part is killed. Hit when the part refuses to start without its keys."""
        part = self.scene.parts[self.scene.dice.choice(("web", "worker", "beat"))]
        keys, away = self.scene.home.keys, self.scene.home.keys.with_name("keys-away")
        ends = len(part.ends)
        keys.rename(away)
        try:
            _kill(part.pid)
            return _comes(lambda: any(code > 0 for code in part.ends[ends:]), 12.0)
        finally:
            away.rename(keys)


def _kill(pid: int, number: signal.Signals = signal.SIGKILL) -> bool:
    """Send it and say whether the process is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return has_gone(pid, 5.0)


def _comes(is_so: Callable[[], bool], seconds: float = TRIES * TRY_PAUSE) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if is_so():
            return True
        time.sleep(TRY_PAUSE)
    return False
