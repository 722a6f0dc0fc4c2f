"""The way in, as tests go it."""

import re
import time
from base64 import b32decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie

from django.core import mail
from django.db import connection
from django.test import Client
from django_otp.oath import TOTP

from accounts import post
from accounts.models import Authenticator, User
from accounts.passing import CONFIRMED
from audit.models import AuditEvent
from tests.world import PASSWORD

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


def code_on(page: str) -> str:
    """What an app shows that was given the secret of the page."""
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found
    return f"{TOTP(b32decode(found[1].replace(' ', ''))).token():06d}"


def letters() -> list[str]:
    """The subjects of what is sent now."""
    mail.outbox.clear()
    post.send_due()
    return [str(message.subject) for message in mail.outbox]


def events(name: str, **details: str) -> int:
    """How many events of that name about people are on record."""
    return AuditEvent.objects.filter(event=f"person.{name}", details__contains=details).count()


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
