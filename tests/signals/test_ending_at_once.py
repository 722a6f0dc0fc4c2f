"""Several ends of the same thing at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from django.db import connection

from accounts.models import CoalitionRole
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from participants.services import default_group
from signals import expiring, withdrawing
from signals.correcting import Word, correct
from signals.ending import end_contributions
from signals.erasing import erase_value
from signals.expiring import expire
from signals.models import Contribution, ContributionState, Erasure, ExpiryRun, Signal, Withdrawal
from signals.relating import relate
from signals.sharing import share_signals
from signals.withdrawing import NothingInForce, Target, carry_on, withdraw
from tests.at_once import in_thread, until_somebody_waits
from tests.signals.ended import make_overdue, own_word
from tests.signals.files import as_file
from tests.world import add_company, add_staff, add_team_member, row, share, signed_in, upload

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


def _as(member: Member) -> AbstractContextManager[None]:
    return acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)


def _take_back(target: Target, by: Member) -> Withdrawal:
    with _as(by):
        return withdraw(target, reason="wrong_identity", by=by)


def _again(by: Member) -> None:
    share_signals([row(value="a@example.com")], group=default_group(by=PORTAL), by=by)


def _put_right(by: Member) -> None:
    own = Contribution.objects.in_force().get(participant=by.participant_id)
    correct(own, Word(["other"], 2, 50, own.observed_at, "", "put right", 2), by=by)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("say", [_again, _put_right])
def test_what_a_colleague_says_meanwhile_is_taken_back_too(say: Callable[[Member], None]) -> None:
    """Who takes back what her company says of a signal is not told so while the company's word stands."""
    with acting_as_system():
        company = add_company("northwind")
        alice, amir = (add_team_member(company, name) for name in ("alice", "amir"))
        own = own_word(alice, share(alice, value="a@example.com"))
    with ThreadPoolExecutor(1) as threads:
        with _as(amir):
            say(amir)
            back = threads.submit(in_thread, lambda: _take_back(own, alice))
            until_somebody_waits()
        made = back.result()
    assert (made.ended, made.finished_at is not None) == (1, True)
    with acting_as_system():
        assert not Contribution.objects.in_force().exists()
        assert sorted(Contribution.objects.values_list("state", flat=True)) == ["superseded", "withdrawn"]
        assert Signal.objects.get().value is None


@pytest.mark.django_db(transaction=True)
def test_who_comes_too_late_is_told_so() -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        own = own_word(alice, share(alice, value="a@example.com"))
    with ThreadPoolExecutor(1) as threads:
        with acting_as_system():
            end_contributions([own.pk], state=ContributionState.EXPIRED, reason="expired")
            back = threads.submit(in_thread, lambda: _take_back(own, alice))
            until_somebody_waits()
        with pytest.raises(NothingInForce):
            back.result()
    with acting_as_system():
        assert not Withdrawal.objects.exists()
        assert not AuditEvent.objects.filter(event="contribution.withdrawn").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whole", ["incident", "upload"])
def test_a_correction_does_not_escape_a_withdrawal_under_way(monkeypatch: pytest.MonkeyPatch, whole: str) -> None:
    """It speaks of what was there when all of it was to go; what is shared anew after its end is another matter."""
    monkeypatch.setattr(withdrawing, "SLICE", 1)
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        header, cells = ["kind", "value", "harm_types", "incident"], ["grooming", "case 1"]
        file = as_file(header, *(["email", f"{name}@example.com", *cells] for name in "abc"))
        upload(alice, file, share=True)
        words = list(Contribution.objects.select_related("incident", "upload").order_by("pk"))
    made = _take_back(getattr(words[0], whole), alice)
    with _as(alice):
        for _ in range(2):
            last = Contribution.objects.in_force().get(signal=words[2].signal_id)
            correct(last, Word(["other"], 2, 50, last.observed_at, "", "put right", 2), by=alice)
    with acting_as_system():
        again = share(alice, value="a@example.com", incident="case 1")
    carry_on(made.pk)
    with acting_as_system():
        made.refresh_from_db()
        assert (made.ended, made.finished_at is not None) == (3, True)
        assert [word.signal for word in Contribution.objects.in_force()] == [again]


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_is_asked_for_twice_is_done_once_and_the_second_told() -> None:
    with acting_as_system():
        share(add_team_member(add_company("northwind"), "alice"))
        sam = add_staff("sam", CoalitionRole.STAFF)
        browser = signed_in(sam)
    said = {"case": "request 7", "kind": "email", "value": "mira@example.com"}
    with ThreadPoolExecutor(1) as pool:
        with acting_as_system():
            erase_value(**said, by=sam)
            second = pool.submit(in_thread, lambda: browser.post("/admin/signals/erasure/add/", said, follow=True))
            until_somebody_waits()
        answer = second.result(timeout=30)
    assert answer.status_code == 200
    assert "holds nothing of this value any more" in answer.content.decode()
    with acting_as_system():
        assert Erasure.objects.count() == 1
