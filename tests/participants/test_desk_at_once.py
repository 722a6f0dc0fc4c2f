"""Two of the staff do the same at the same time: the second reads why it was not done."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from accounts.models import CoalitionRole
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from participants.admin import TAKEN
from participants.models import SharingGroup, SignOn
from participants.services import add_group, add_participant
from participants.sign_in_admin import THERE
from participants.sign_on import add_sign_on
from tests.at_once import in_thread, until_somebody_waits
from tests.participants.test_admin import INLINE
from tests.world import add_company, add_staff, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

COMPANY = "/admin/participants/participant/"
GROUP = "/admin/participants/sharinggroup/"
NEW: dict[str, Any] = {"slug": "fernlight", "name": "Fernlight"}


@contextmanager
def _somebody_quicker(act: Callable[[], Any]) -> Iterator[None]:
    """Another does `act` before the block, and keeps it until the block waits for it."""
    done = Event()

    def run() -> None:
        with acting_as_system(), transaction.atomic():
            act()
            done.set()
            until_somebody_waits()

    with ThreadPoolExecutor(1) as threads:
        acting = threads.submit(in_thread, run)
        assert done.wait(10)
        yield
        acting.result()


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        (f"{COMPANY}add/", {**NEW, **INLINE}),
        (f"{COMPANY}add/", {**NEW, "slug": "other", **INLINE}),
        (f"{COMPANY}{{company}}/change/", {"name": "Fernlight", "sector": "", "services": "", **INLINE}),
        (f"{GROUP}add/", NEW),
        (f"{GROUP}add/", {**NEW, "slug": "other"}),
        (f"{GROUP}{{group}}/change/", {"name": "Fernlight"}),
    ],
)
def test_a_name_that_is_taken_at_the_same_moment_is_refused_in_words(page: str, typed: dict[str, str]) -> None:
    with acting_as_system():
        company, browser = add_company("northwind"), signed_in(add_staff("sam", CoalitionRole.STAFF))
        url = page.format(company=company.pk, group=SharingGroup.objects.get().pk)
        before = AuditEvent.objects.count()
    add = add_participant if page.startswith(COMPANY) else add_group
    with _somebody_quicker(lambda: add(**NEW, by=PORTAL)):
        answer = browser.post(url, typed, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [TAKEN]
    with acting_as_system():
        assert AuditEvent.objects.count() == before + 1


def test_a_first_sign_on_that_another_sets_at_the_same_moment_stays_as_it_is() -> None:
    with acting_as_system():
        company, browser = add_company("northwind"), signed_in(add_staff("sam", CoalitionRole.STAFF))
    kept: dict[str, Any] = {"issuer": "https://id.northwind.example", "client_id": "x"}
    typed = {**kept, "participant": company.pk, "client_secret": "second", "is_active": "on"}
    with _somebody_quicker(lambda: add_sign_on(company, **kept, secret="first", by=PORTAL)):
        answer = browser.post("/admin/participants/signon/add/", typed, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [THERE]
    with acting_as_system():
        assert SignOn.objects.get().opened_secret() == "first"
