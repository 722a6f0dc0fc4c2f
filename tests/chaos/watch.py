"""Watching all jobs from outside: how many are under way, and for how long each has not moved."""

import threading
import time
from contextlib import suppress

import psycopg

# One line for each job that is not at its end: its name, and what changes as it moves.
# Sealing anew is one job: a column waits for the one before it.
JOBS = """
SELECT 'upload ' || id, concat_ws(' ', state, rows_total, rows_checked, rows_applied) FROM signals_upload
WHERE state IN ('checking', 'applying')
UNION ALL SELECT 'withdrawal ' || id, ended::text FROM signals_withdrawal WHERE finished_at IS NULL
UNION ALL SELECT 'resealing', string_agg(concat_ws(' ', "table", "column", key, resealed, after), ',' ORDER BY id)
FROM lantern_resealing
WHERE finished_at IS NULL AND key = (SELECT max(key) FROM lantern_resealing) HAVING count(*) > 0
UNION ALL SELECT 'routing', min(id::text) || count(*) FROM signals_signal WHERE routing_due HAVING count(*) > 0
UNION ALL SELECT 'record', min(id)::text FROM audit_pendingevent HAVING count(*) > 0
"""
PAUSE = 0.25
STUCK_SECONDS = 120.0


class Watch:
    """Looks four times a second, for the length of the `with` block."""

    def __init__(self, owner_url: str) -> None:
        self._url = owner_url
        self._over = threading.Event()
        self._moved: dict[str, tuple[str, float]] = {}
        self._thread = threading.Thread(target=self._look_on, name="watch", daemon=True)
        self.longest = 0.0
        self.longest_job = ""
        self.stuck: set[str] = set()

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10.0)

    @property
    def under_way(self) -> list[str]:
        """The jobs that are not at their end, as of the last look."""
        return list(self._moved)

    @property
    def work_under_way(self) -> bool:
        """Whether an upload, a withdrawal or a sealing anew is among them."""
        return any(job.split()[0] in ("upload", "withdrawal", "resealing") for job in self._moved)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """As the owner, past the walls. Raises `psycopg.OperationalError` while there is no database."""
        return psycopg.connect(self._url, options="-c lantern.scope=system", autocommit=True, connect_timeout=5)

    def _look_on(self) -> None:
        while not self._over.is_set():
            with suppress(psycopg.Error), self.connect() as connection:
                while not self._over.wait(PAUSE):
                    self._note(connection.execute(JOBS).fetchall())
            self._over.wait(PAUSE)

    def _note(self, rows: list[tuple[object, ...]]) -> None:
        now, before = time.monotonic(), self._moved
        found = {}
        for name, value in rows:
            job, at = str(name), str(value)
            last, since = before.get(job, ("", now))
            found[job] = (at, since if at == last else now)
            if now - since > self.longest:
                self.longest, self.longest_job = now - since, job
            if at == last and now - since > STUCK_SECONDS:
                self.stuck.add(job)
        self._moved = found
