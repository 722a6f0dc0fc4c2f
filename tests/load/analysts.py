"""Analysts who claim, read, reveal and decide, one review after the other, with time to think in between.

Their browsers run the pages' scripts: an open review tells at once that it is looked at, and a value is revealed in its
place.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection

from participants.models import Member
from tests.chaos.browser import Answer, Browser

LIST_EVERY = 10
EXPECTED = (200, 302)


@dataclass(frozen=True)
class Asked:
    """One request: what it was, when it was over (`time.monotonic`), and how many seconds it took."""

    what: str
    at: float
    seconds: float


@dataclass
class Analyst:
    """One person with a browser."""

    port: int
    member: Member
    thinking: float
    asked: list[Asked] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._browser = Browser(self.port, self.member.user.email)
        self._dice = random.Random(self.member.pk)
        connection.close()

    def work(self, over: threading.Event) -> None:
        """Until it is over: the list now and then; else claim, read, reveal, decide and go on with the next."""
        over.wait(self._dice.uniform(0, self.thinking))
        given, number = self._post("claim", "/reviews/next/"), 0
        while not over.is_set():
            number += 1
            if number % LIST_EVERY == 0:
                self._get("list", "/reviews/?severity=3")
                self._think(over)
            path = given.location.split("?")[0]
            if not given.went or path == "/reviews/":
                self.errors[f"nothing was given ({given.status})"] += 1
                self._think(over)
                given = self._post("claim", "/reviews/next/")
                continue
            self._get("review", path)
            self._post("presence", f"{path}presence/", {"working": ""})
            self._think(over)
            self._post("reveal", f"{path}reveal/", as_script=True)
            self._think(over)
            if not over.is_set():
                given = self._decide(path)

    def _decide(self, path: str) -> Answer:
        why = self._dice.choice(["no_violation", "not_on_platform", "not_enough_information"])
        said = {"verdict": "dismissed", "dismissed_reason": why, "reason": "Looked at closely.", "then": "next"}
        return self._post("decide", f"{path}decide/", said)

    def _think(self, over: threading.Event) -> None:
        over.wait(self.thinking * self._dice.uniform(0.6, 1.4))

    def _get(self, what: str, path: str) -> Answer:
        began = time.monotonic()
        return self._note(what, began, self._browser.get(path))

    def _post(self, what: str, path: str, said: Mapping[str, str] | None = None, *, as_script: bool = False) -> Answer:
        began = time.monotonic()
        return self._note(what, began, self._browser.post(path, None, as_script=as_script, **(said or {})))

    def _note(self, what: str, began: float, answer: Answer) -> Answer:
        at = time.monotonic()
        self.asked.append(Asked(what, at, at - began))
        if answer.status not in EXPECTED:
            self.errors[f"{what} was answered with {answer.status}"] += 1
        return answer


@contextmanager
def at_work(analysts: Sequence[Analyst]) -> Iterator[None]:
    """All of them, each in a thread, for the length of the block."""
    over = threading.Event()
    threads = [threading.Thread(target=analyst.work, args=[over]) for analyst in analysts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
