"""Decisions settle while their signals are being merged or ended."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lantern.lib.tenancy import acting_as_system
from reviews.models import Review
from reviews.settling import settle
from signals.models import Signal
from tests.at_once import in_thread
from tests.reviews.following import ACTIONED, decide, let_time_pass
from tests.world import add_company, add_team_member

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_somebody_is_at_settles_afterwards_and_nobody_waits() -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        bob = add_team_member(add_company("harbor"), "bob")
        decide(bob, alice, ACTIONED)
        decide(bob, alice, ACTIONED, value="another@example.com")
        let_time_pass()
        first = Review.objects.earliest("pk")
    with ThreadPoolExecutor(1) as pool:
        with acting_as_system():
            Signal.objects.select_for_update().get(pk=first.signal_id)
            assert pool.submit(in_thread, settle).result(timeout=30) == 1
        with acting_as_system():
            assert Review.objects.get(settle_at__isnull=False) == first
        assert pool.submit(in_thread, settle).result(timeout=30) == 1
