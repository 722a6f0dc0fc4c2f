"""Claims: who has which review, and until when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, Participant
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Review
from reviews.routing import route
from tests.at_once import in_thread, until_somebody_waits
from tests.reviews.following import ACTIONED
from tests.world import add_company, add_team_member, share, share_and_route

pytestmark = pytest.mark.django_db


def test_claim_next_takes_the_most_urgent(alice: Member, bob: Member) -> None:
    share(alice, value="low@example.com", severity="low")
    share(alice, value="high@example.com", severity="critical")
    route()
    claimed = claims.claim_next(by=bob)
    assert claimed is not None
    assert claimed.signal.severity == 4


def test_claim_next_with_an_empty_queue_gives_none(bob: Member) -> None:
    assert claims.claim_next(by=bob) is None


def test_claim_of_a_held_review_is_refused(alice: Member, harbor: Participant, bob: Member) -> None:
    dana = add_team_member(harbor, "dana")
    share_and_route(alice)
    held = claims.claim_next(by=bob)
    assert held is not None
    with pytest.raises(claims.AlreadyClaimed):
        claims.claim(held, by=dana)


@pytest.mark.django_db(transaction=True)
def test_fifty_simultaneous_claims_never_give_one_review_to_two() -> None:
    """Fifty people, each on a connection of their own, and thirty reviews: thirty have one each, twenty have none."""
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        harbor = add_company("harbor")
        people = [add_team_member(harbor, f"analyst{number}") for number in range(50)]
        for number in range(30):
            share(alice, value=f"person{number}@example.com")
    route()

    def take(member: Member) -> Review | None:
        try:
            with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
                return claims.claim_next(by=member)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as threads:
        taken = [review for review in threads.map(take, people) if review]
    assert len({review.pk for review in taken}) == len(taken) == 30
    with acting_as_system():
        assert Review.objects.filter(holder__isnull=False).count() == 30


Ending = Callable[[Review, Member], object]
ENDINGS: list[tuple[Ending, str]] = [
    (lambda review, bob: claims.take_back(review, by=bob), "open"),
    (lambda review, bob: record_decision(review, **ACTIONED, by=bob), "decided"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("end", "state"), ENDINGS)
def test_who_claims_what_she_held_a_moment_ago_is_answered(end: Ending, state: str) -> None:
    """It was taken back, or saved in another window, while she claimed it: she has it anew, or it is not to be had."""
    with acting_as_system():
        bob = add_team_member(add_company("harbor"), "bob")
        share_and_route(add_team_member(add_company("northwind"), "alice"))
        held = claims.claim(Review.objects.get(participant=bob.participant), by=bob)

    def claim() -> bool:
        try:
            with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
                return claims.claim(held, by=bob).holder == bob
        except claims.AlreadyClaimed:
            return False

    with ThreadPoolExecutor(1) as pool:
        with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
            end(held, bob)
            waiting = pool.submit(in_thread, claim)
            until_somebody_waits()
        assert waiting.result(timeout=30) == (state == "open")
    with acting_as_system():
        assert Review.objects.get(pk=held.pk).state == state
