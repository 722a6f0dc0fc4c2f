"""Several ends of the same thing at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.services import default_group
from signals import expiring, withdrawing
from signals.expiring import expire
from signals.models import Contribution, ExpiryRun, Signal
from signals.relating import relate
from signals.sharing import share_signals
from signals.withdrawing import carry_on, withdraw
from tests.signals.ended import make_overdue, own_word
from tests.world import add_company, add_team_member, row, share

pytestmark = pytest.mark.django_db


def _at_once(*calls: Callable[[], object]) -> None:
    def run(call: Callable[[], object]) -> None:
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        list(threads.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_end_each_contribution_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A withdrawal by three workers while two expire half of it and the relations are made."""
    monkeypatch.setattr(withdrawing, "SLICE", 2)
    monkeypatch.setattr(expiring, "SLICE", 2)
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        signals = [share(alice, value=f"a{number}@example.com", incident="case 1") for number in range(16)]
        incident = own_word(alice, signals[0]).incident
        assert incident is not None
        make_overdue(*signals[8:])
    with acting_as_system():
        made = withdraw(incident, reason="mistake", by=alice)
    _at_once(*[lambda: carry_on(made.pk)] * 3, *[expire] * 2, relate)
    carry_on(made.pk)
    with acting_as_system():
        made.refresh_from_db()
        run = ExpiryRun.objects.first()
        assert made.finished_at is not None
        assert made.ended + (run.contributions if run else 0) == 16
        assert Contribution.objects.filter(state__in=["withdrawn", "expired"]).count() == 16
        assert not Signal.objects.filter(value__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_sharing_and_taking_back_at_once_lose_nothing() -> None:
    """Whoever comes second sees what the first has committed: the signal lives, with its value, or it has ended."""
    with acting_as_system():
        alice, bob = (add_team_member(add_company(slug), "ana") for slug in ("northwind", "harbor"))
        group = default_group(by=PORTAL)
    for number in range(5):
        with acting_as_system():
            own = own_word(alice, share(alice, value=f"a{number}@example.com"))

        def again(number: int = number) -> None:
            with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
                share_signals([row(value=f"a{number}@example.com")], group=group, by=bob)

        def back(own: Contribution = own) -> None:
            with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
                withdraw(own, reason="mistake", by=alice)

        _at_once(again, back)
        with acting_as_system():
            left = Signal.objects.get(pk=own.signal_id)
            assert (left.contributor_count, left.plain_value) == (1, f"a{number}@example.com")
