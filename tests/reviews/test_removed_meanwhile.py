"""A member is removed while a request of hers is under way: one waits for the other, and neither is broken off."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.members import remove_member
from participants.models import Member, Role
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Decision, Review
from reviews.reopening import reopen
from reviews.routing import route
from reviews.undoing import undo
from tests.at_once import in_thread, until_somebody_waits
from tests.reviews.following import ACTIONED, dismissed
from tests.world import add_company, add_team_member, share

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob() -> Member:
    """With a queue, and a review that he holds."""
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        made = add_team_member(add_company("harbor"), "bob")
        for number in range(4):
            share(alice, value=f"person{number}@example.com")
    route()
    with acting_as_system():
        claims.claim_next(by=made)
    return made


def _removed(bob: Member) -> None:
    with acting_as_system():
        admin = Member.objects.get(participant=bob.participant, role=Role.ADMIN)
    with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=admin.user_id):
        remove_member(bob, by=admin)


def _held() -> Review:
    with acting_as_system():
        return Review.objects.get(holder__isnull=False)


@pytest.mark.parametrize("then", ["next", "undo", "reopen"])
def test_who_decides_and_goes_on_is_removed_afterwards(bob: Member, then: str) -> None:
    held = _held()
    with ThreadPoolExecutor(1) as pool:
        with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
            decision = record_decision(held, **ACTIONED, by=bob)
            removal = pool.submit(in_thread, lambda: _removed(bob))
            until_somebody_waits()
            if then == "next":
                assert claims.claim_next(by=bob)
            elif then == "undo":
                assert undo(decision, by=bob).holder == bob
            else:
                assert reopen(held, decision_id=decision.pk, reason="mistake", by=bob).holder == bob
        removal.result(timeout=30)
    with acting_as_system():
        assert Decision.objects.count() == 1
        assert not Review.objects.filter(holder__isnull=False).exists()
        assert not Member.objects.get(pk=bob.pk).is_active


def test_who_was_removed_gets_no_review(bob: Member) -> None:
    """The request passed the gate before the removal was there, and claims after it."""

    def claim() -> Review | None:
        with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
            return claims.claim_next(by=bob)

    with acting_as_system():
        admin = Member.objects.get(participant=bob.participant, role=Role.ADMIN)
    with ThreadPoolExecutor(1) as pool:
        with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=admin.user_id):
            remove_member(bob, by=admin)
            claiming = pool.submit(in_thread, claim)
            until_somebody_waits()
        assert claiming.result(timeout=30) is None
    with acting_as_system():
        assert not Review.objects.filter(holder__isnull=False).exists()


def test_two_windows_of_one_undo_and_decide(bob: Member) -> None:
    held = _held()
    with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
        decision = record_decision(held, **ACTIONED, by=bob)
        other = claims.claim_next(by=bob)
    assert other

    def decide() -> Decision:
        with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
            return record_decision(other, **dismissed(), by=bob)

    with ThreadPoolExecutor(1) as pool:
        with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
            assert undo(decision, by=bob).holder == bob
            deciding = pool.submit(in_thread, decide)
            until_somebody_waits()
        assert deciding.result(timeout=30).verdict == "dismissed"
