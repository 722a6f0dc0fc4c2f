"""Those who may see nothing, and try it all the while. A fault must not make any path more permissive."""

import re
import threading
from collections import Counter
from collections.abc import Callable

from django.db import Error, connection

from tests.chaos.browser import Answer, Browser

OWNER = "lee@northwind.example"
PAUSE = 0.5
MARK = "chaos.csv"
REFUSED = {0, 302, 400, 404, 429, 500, 503}
NOBODY, OTHER, SUSPENDED = "nobody", "another company", "suspended"
WHO = {NOBODY: "", OTHER: "ana@cloudnine.example", SUSPENDED: "ana@brightpath.example"}
SIGNED_IN_PATHS = ("/signals/", "/reviews/", "/participant/members/", "/admin/", "/metrics", "/record/")


class Strangers:
    """Ask for one upload of Northwind's, and for every list, as nobody, as another company, as a suspended one."""

    def __init__(self, port: int, latest: Callable[[], str]) -> None:
        self._port, self._latest = port, latest
        self._over = threading.Event()
        self._browsers: dict[str, Browser] = {}
        self.asked: Counter[str] = Counter()
        self.answered: Counter[int] = Counter()
        self.got_in: list[str] = []
        self._thread = threading.Thread(target=self._ask_on, name="strangers", daemon=True)

    def __enter__(self) -> "Strangers":
        self._browsers = {who: Browser(self._port, email) for who, email in WHO.items()}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60.0)

    def _ask_on(self) -> None:
        at = 0
        while not self._over.wait(PAUSE):
            upload = self._latest()
            for who, browser in self._browsers.items():
                if browser.is_signed_out and not _signs_in(browser):
                    continue
                paths = [f"/signals/uploads/{upload}/"] if upload else []
                if who != OTHER:
                    paths.append(SIGNED_IN_PATHS[at % len(SIGNED_IN_PATHS)])
                for path in paths:
                    self._judge(who, path, browser.get(path))
            at += 1

    def _judge(self, who: str, path: str, answer: Answer) -> None:
        self.asked[who] += 1
        self.answered[answer.status] += 1
        if answer.status not in REFUSED or MARK in answer.page:
            self.got_in.append(f"{who} {re.sub(r'[0-9a-f-]{36}', 'ID', path)} {answer.status}")


def _signs_in(browser: Browser) -> bool:
    try:
        browser.sign_in()
    except Error:
        connection.close()
        return False
    return True
