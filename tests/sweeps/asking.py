"""Asking for an address as somebody."""

from dataclasses import dataclass
from http.cookies import SimpleCookie

from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.sweeps.pages import PAGES, Key
from tests.world import (
    new_browser,
)


@dataclass(frozen=True)
class World:
    """Who asks, and what about."""

    sessions: dict[str, SimpleCookie]
    people: dict[str, User]
    own: dict[str, Key]
    others: dict[str, Key]

    def browser(self, person: str) -> Client:
        """A fresh window of that person's browser."""
        client = new_browser()
        client.cookies = SimpleCookie({name: morsel.value for name, morsel in self.sessions[person].items()})
        return client


def asked(browser: Client, method: str, url: str) -> tuple[int, str]:
    """The answer, and where it leads; whatever the request did is taken back."""
    with transaction.atomic():
        response = getattr(browser, method)(url)
        transaction.set_rollback(True)
    return response.status_code, response.headers.get("Location", "")


def address(name: str, objects: dict[str, Key]) -> str:
    about = PAGES[name].about
    return reverse(name, args=[objects[about]] if about else [])
