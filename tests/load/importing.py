"""A company that sends file after file by the page, until so many rows are shared."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from lantern.bench.intake_file import intake_file
from lantern.lib.tenancy import acting_as_system
from signals.models import Upload
from tests.chaos.browser import Browser

SENDER = "lee@northwind.example"
ROWS_IN_A_FILE = 250_000
PAUSE = 1.0


@dataclass
class Importing:
    """How far it has come, in rows, and how far it had while others worked; `ended_at` is by `time.monotonic`."""

    rows: int
    shared: int = 0
    beside: int = 0
    seconds: float = 0.0
    ended_at: float = float("inf")

    @property
    def missing(self) -> int:
        """What is not shared yet."""
        return self.rows - self.shared


@contextmanager
def importing(port: int, rows: int, *, seed: int) -> Iterator[Importing]:
    """Files of `rows` rows together are sent and shared beside the block, and to their end after it."""
    told = Importing(rows)
    thread = threading.Thread(target=_send, args=(port, told, seed), name="importing")
    thread.start()
    try:
        yield told
    finally:
        told.beside = told.shared
        thread.join()


def share_rows(port: int, rows: int, *, seed: int) -> None:
    """The same without anything beside it, to its end."""
    _send(port, Importing(rows), seed)


def _send(port: int, told: Importing, seed: int) -> None:
    browser, begun = Browser(port, SENDER), time.monotonic()
    connection.close()
    while told.missing > 0:
        rows = min(ROWS_IN_A_FILE, told.missing)
        answer = browser.post("/signals/uploads/new/", b"".join(intake_file(rows, seed=seed + told.missing)))
        assert answer.went, f"a file was answered with {answer.status}"
        upload = answer.location.rstrip("/").rpartition("/")[2]
        while (state := _state(upload)) != "done":
            assert state != "refused", "a file was refused"
            if state == "ready":
                answer = browser.post(f"/signals/uploads/{upload}/share/")
                assert answer.went, f"sharing was answered with {answer.status}"
            time.sleep(PAUSE)
        told.shared += rows
    told.ended_at = time.monotonic()
    told.seconds = told.ended_at - begun


def _state(upload: str) -> str:
    try:
        with acting_as_system():
            return str(Upload.objects.values_list("state", flat=True).get(pk=upload))
    finally:
        connection.close()
