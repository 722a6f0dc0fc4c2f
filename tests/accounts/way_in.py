"""The way in, as tests go it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie

from django.db import connection
from django.test import Client

from accounts.models import Authenticator, User
from accounts.passing import CONFIRMED
from tests.world import PASSWORD, new_browser

MANY = 16


def give_password(browser: Client, email: str, password: str = PASSWORD) -> None:
    """The first step."""
    browser.post("/accounts/login/", {"login": email, "password": password})


def code_of(person: User) -> str:
    """What the person's first authenticator shows; its earlier codes are forgotten."""
    Authenticator.objects.filter(user=person).update(
        last_step=-1, throttling_failure_count=0, throttling_failure_timestamp=None
    )
    return str(Authenticator.objects.filter(user=person).order_by("pk")[0].current_code())


def is_in(browser: Client) -> bool:
    """Whether pages of one's own account open."""
    return browser.get("/accounts/security/").status_code == 200


def grow_stale(browser: Client) -> None:
    """Ten minutes have gone since the person last proved who they are."""
    session = browser.session
    session[CONFIRMED] = time.time() - 600
    session.save()


def same_window(browser: Client) -> Client:
    """Another window of the same browser, for a thread of its own."""
    window = Client()
    window.cookies = SimpleCookie({name: morsel.value for name, morsel in browser.cookies.items()})
    return window


def at_once(browser: Client, send: Callable[[Client], int]) -> list[int]:
    """The same request from sixteen windows of one browser at the same time."""

    def run(window: Client) -> int:
        try:
            return send(window)
        finally:
            connection.close()

    windows = [same_window(browser) for _ in range(MANY)]
    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(run, windows))


__all__ = ["MANY", "at_once", "code_of", "give_password", "grow_stale", "is_in", "new_browser", "same_window"]
