"""No form, query string or header makes the portal fail: whatever is sent, by whomever, no answer is a 500.

`make fuzz` sends 100,000 requests; LANTERN_FUZZ_REQUESTS and LANTERN_FUZZ_SEED choose how many and which.
"""

import os
import traceback
from collections import Counter
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, client, override_settings
from django.urls import path

from lantern.lib.marks import public
from lantern.lib.wire import Utf8Request
from lantern.urls import urlpatterns as urlpatterns_of_the_portal
from tests.hostile.attackers import Attackers
from tests.hostile.requests import Request, Target, spoiled
from tests.sweeps.asking import World

pytestmark = pytest.mark.django_db

REQUESTS = int(os.environ.get("LANTERN_FUZZ_REQUESTS", "500"))
SEED = int(os.environ.get("LANTERN_FUZZ_SEED", "1"))


@public
def fragile(request: HttpRequest) -> HttpResponse:
    """A view that trusts what it is sent."""
    return HttpResponse(str(int(request.GET.get("page", "1"))))


urlpatterns = [path("fragile/", fragile, name="fragile"), *urlpatterns_of_the_portal]


def _send(browser: Client, request: Request) -> tuple[int, str]:
    """The answer, and where it failed if it did. What the request did is taken back, its promises looked at before."""
    with transaction.atomic():
        response: Any = browser.generic("GET", "/", **request.environ())
        failed = response.exc_info or (None, None, None)
        if response.streaming:
            b"".join(response.streaming_content)
        if response.status_code < 500:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    return response.status_code, _place(failed[1]) if response.status_code >= 500 else ""


def _place(fault: BaseException | None) -> str:
    """The fault and the last of our own lines that it passed."""
    frames = traceback.extract_tb(fault.__traceback__) if fault else []
    own = [frame for frame in frames if "site-packages" not in frame.filename and "/tests/" not in frame.filename]
    last = (own or frames)[-1] if frames else None
    return f"{type(fault).__name__}: {str(fault)[:120]!r} at {last and f'{last.filename}:{last.lineno}'}"


def _attack(attackers: Attackers, targets: list[Target], numbers: range) -> tuple[dict[str, str], Counter[int]]:
    """The first request that failed at each place, and how often each status was the answer."""
    persons, wrong, answers = sorted(attackers.sessions), dict[str, str](), Counter[int]()
    for number in numbers:
        chance = Random(f"{SEED} {number}")
        target = chance.choice(targets)
        may = attackers.may.get(target.path) or persons
        person = chance.choice(may if chance.random() < 0.8 else persons)
        request = spoiled(target, attackers.names, chance)
        try:
            status, place = _send(attackers.browser(person), request)
        except Exception as fault:  # noqa: BLE001 - what gets as far as this is a finding too
            status, place = 599, _place(fault)
        answers[status] += 1
        if status >= 500:
            wrong.setdefault(place, f"{number} by {person}: {request}")
    return wrong, answers


@pytest.fixture(autouse=True)
def requests_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's test client makes requests of Django's own class; those of `lantern.wsgi` are ours."""
    monkeypatch.setattr(client, "WSGIRequest", Utf8Request)


@pytest.fixture
def attackers(world: World) -> Attackers:
    """Northwind's people, who have turned."""
    return Attackers(world)


def test_nothing_that_is_sent_makes_the_portal_fail(attackers: Attackers) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        found, _ = _attack(attackers, [Target("/fragile/", "GET", {"page": ["1"]})], range(20))
    assert any(place.startswith("ValueError") for place in found), "a view that trusts what it is sent is found"
    wrong, answers = _attack(attackers, attackers.targets, range(REQUESTS))
    print(f"{REQUESTS} requests of seed {SEED} to {len(attackers.targets)} forms and addresses: {dict(answers)}")  # noqa: T201
    assert wrong == {}, "\n".join(f"{place}\n    {request}" for place, request in wrong.items())
    for status in (200, 302, 400, 404, 405, 422):
        assert answers[status] > REQUESTS / 200, f"{status} is hardly ever the answer: {answers}"
