"""A decided review is opened again while its signal ends: one waits for the other, and no review is left without."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from reviews.models import Decision, Review
from reviews.reopening import SignalEnded, reopen
from reviews.undoing import undo
from signals.models import Contribution
from signals.withdrawing import withdraw
from tests.at_once import in_thread, until_somebody_waits
from tests.reviews.following import ACTIONED, decide
from tests.world import add_company, add_team_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice() -> Member:
    with acting_as_system():
        return add_team_member(add_company("northwind"), "alice")


@pytest.fixture
def decision(alice: Member) -> Decision:
    """Bob's, on what Alice shared."""
    with acting_as_system():
        return decide(add_team_member(add_company("harbor"), "bob"), alice, ACTIONED)


def _as(member: Member) -> AbstractContextManager[None]:
    return acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)


def _withdraw(alice: Member) -> None:
    with _as(alice):
        withdraw(Contribution.objects.in_force().get(participant=alice.participant), reason="mistake", by=alice)


def _open_again(decision: Decision, how: str) -> None:
    bob = decision.decided_by
    if how == "undo":
        undo(decision, by=bob)
    else:
        reopen(decision.review, decision_id=decision.pk, reason="mistake", by=bob)


@pytest.mark.parametrize("how", ["undo", "reopen"])
def test_what_is_opened_again_while_its_signal_ends_is_closed(alice: Member, decision: Decision, how: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with _as(decision.decided_by):
            _open_again(decision, how)
            ending = pool.submit(in_thread, lambda: _withdraw(alice))
            until_somebody_waits()
        ending.result(timeout=30)
    with acting_as_system():
        review = Review.objects.get()
    assert (review.state, review.holder, review.closed_because) == ("closed", None, "mistake")


def test_nothing_is_opened_again_when_its_signal_has_just_ended(alice: Member, decision: Decision) -> None:
    def opened() -> None:
        with _as(decision.decided_by):
            _open_again(decision, "reopen")

    with ThreadPoolExecutor(1) as pool:
        with _as(alice):
            withdraw(Contribution.objects.in_force().get(participant=alice.participant), reason="mistake", by=alice)
            opening = pool.submit(in_thread, opened)
            until_somebody_waits()
        with pytest.raises(SignalEnded):
            opening.result(timeout=30)
    with acting_as_system():
        review = Review.objects.get()
    assert (review.state, review.flag, review.holder) == ("decided", "ended", None)
