"""Driving the naive tasks (`tests.chaos.naive`) as uploads are driven, and counting what became of their rows."""

import threading
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import redis
from kombu.exceptions import OperationalError

from lantern.celery import app
from tests.chaos.naive import TASK, TOTAL
from tests.chaos.watch import Watch

WAYS = ("doubles", "loses")
PAUSE = 0.5
QUIET = "3 seconds"
UNFINISHED = f"SELECT id, way, touched < now() - interval '{QUIET}' FROM chaos_job WHERE done < total"
COUNTS = """
SELECT coalesce(sum(total - there), 0), coalesce(sum(rows - there), 0) FROM (
    SELECT j.total, count(r.number) AS rows, count(DISTINCT r.number) AS there
    FROM chaos_job j LEFT JOIN chaos_row r ON r.job = j.id WHERE j.done >= j.total GROUP BY j.id, j.total
) AS each
"""


@dataclass(frozen=True)
class Naive:
    """What the naive jobs that came to their end made of their rows."""

    jobs: int
    lost: int
    doubled: int


class Naively:
    """One job of each way is always going, for the length of the `with` block."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._over = threading.Event()
        self._no_more = threading.Event()
        self._begun = 0
        self._thread = threading.Thread(target=self._drive, name="naive", daemon=True)

    def __enter__(self) -> "Naively":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30.0)

    def begin_no_more(self) -> None:
        """Those that are going are seen to their end."""
        self._no_more.set()

    def count(self) -> Naive:
        """At the end: of the jobs that say that they are done, what is missing and what is there twice."""
        with self._watch.connect() as connection:
            row = connection.execute(COUNTS).fetchone()
            done = connection.execute("SELECT count(*) FROM chaos_job WHERE done >= total").fetchone()
        assert row
        assert done
        return Naive(int(str(done[0])), int(str(row[0])), int(str(row[1])))

    def has_unfinished(self) -> bool:
        """Whether a job is still going."""
        with self._watch.connect() as connection:
            return connection.execute(UNFINISHED).fetchone() is not None

    def _drive(self) -> None:
        while True:
            with (
                suppress(psycopg.Error, OperationalError, redis.RedisError, OSError),
                self._watch.connect() as connection,
            ):
                rows = connection.execute(UNFINISHED).fetchall()
                for job, _, is_quiet in rows:
                    if is_quiet:
                        connection.execute("UPDATE chaos_job SET touched = now() WHERE id = %s", [job])
                        app.send_task(TASK, kwargs={"job": job}, retry=False)
                if not self._no_more.is_set():
                    for way in set(WAYS) - {str(row[1]) for row in rows}:
                        self._begin(connection, way)
            if self._over.wait(PAUSE):
                return

    def _begin(self, connection: psycopg.Connection[tuple[object, ...]], way: str) -> None:
        self._begun += 1
        connection.execute(
            "INSERT INTO chaos_job (id, way, total, done) VALUES (%s, %s, %s, 0)", [self._begun, way, TOTAL]
        )
        app.send_task(TASK, kwargs={"job": self._begun}, retry=False)
