"""ASVS 3.5.3: no GET changes anything. Pages are asked for where the database lets nobody write."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test import override_settings
from django.urls import reverse

from accounts.session_store import SessionStore
from participants.models import Member
from tests.sweeps.admin_pages import DESKS, desk_address, of_company, of_models, of_the_coalition
from tests.sweeps.asking import World, address
from tests.sweeps.pages import OPEN, OWN, PAGES, PERSONS
from tests.sweeps.urls import every_url

pytestmark = pytest.mark.django_db

ARGUMENTS: dict[str, list[Any]] = {
    "transparency:year": [2024],
    "transparency:file": [2024, "csv"],
    "transparency:snapshot": [2024],
    "transparency:sums": [2024],
    "transparency:edition": [2024, 1],
    "transparency:edition_snapshot": [2024, 1],
    "transparency:edition_sums": [2024, 1],
    "transparency:edition_file": [2024, 1, "pdf"],
    "openid_connect_login": ["nobody"],
    "openid_connect_callback": ["nobody"],
    "accounts:letter": [uuid4()],
    "accounts:password_choose": ["MQ", "wrong"],
    "participants:open_invitation": ["a-token"],
    "programme:link": ["x"],
}
# Who has passed the password only is signed out by whatever needs more: the one thing that a GET ends.
ASKING = [person for person in PERSONS if person != "password only"]
# What may be written by looking: the session of one's own browser, and the counters of limits.
COUNTERS = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "no-get-changes"}}


def _asked(browser: Any, method: str, url: str) -> int:
    with transaction.atomic(), patch.object(SessionStore, "save"), override_settings(CACHES=COUNTERS):
        with connection.cursor() as cursor:
            # What is left to check of what was planted would lock rows.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SET LOCAL transaction_read_only = on")
        status = getattr(browser, method)(url).status_code
        transaction.set_rollback(True)
    return int(status)


def _addresses(world: World, lena: Member) -> Iterator[str]:
    yield from (address(name, world.own) for name, page in PAGES.items() if page.method == "get")
    yield from (reverse(name, args=ARGUMENTS.get(name, [])) for name, row in OPEN.items() if row[0] == "get")
    yield from (reverse(name) for name, (method, _) in OWN.items() if method == "get")
    objects = {**of_the_coalition(world), **of_company(lena, world.own, by=world.people["staff"])}
    yield from (url for _, url, is_allowed, _ in of_models(objects) if is_allowed)
    yield from (desk_address(name, objects) for name, desk in DESKS.items() if desk.method == "get")


def test_v3_5_3_no_get_changes_anything(world: World, lena: Member) -> None:
    wrong: dict[tuple[str, str], str] = {}
    for url in _addresses(world, lena):
        for person in ASKING:
            try:
                status = _asked(world.browser(person), "get", url)
            except InternalError as error:
                wrong[url, person] = str(error).splitlines()[0]
            else:
                if status >= 500:
                    wrong[url, person] = str(status)
    assert wrong == {}, wrong


def test_v3_5_3_the_walk_notices_a_change(world: World) -> None:
    """That the test above can fail: the same way of asking, for what does change something."""
    with pytest.raises(InternalError, match="read-only"):
        _asked(world.browser("analyst"), "post", address("signals:upload_cancel", world.own))


def test_v3_5_3_views_without_a_savepoint_of_their_own_only_read(world: World) -> None:
    """What raises in one of them takes nothing back: so there must be nothing, and no way to ask for more."""
    found = {name for name, entry in every_url() if getattr(entry.callback, "_non_atomic_requests", None)}
    reading = {"reviews:queue", "reviews:review"}
    assert found == reading | {"livez", "readyz"}  # these two are asked outside of any transaction
    for name in reading:
        assert world.browser("analyst").post(address(name, world.own)).status_code == 405
