"""Leases: how many, how long, and what becomes of them."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from participants.services import leave_group
from reviews import claims
from reviews.models import Review
from reviews.routing import route
from tests.world import add_closed_group, add_company, add_team_member, share, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_due(alice: Member, bob: Member) -> None:
    for number in range(5):
        share(alice, value=f"person{number}@example.com")
    route()


def _next(by: Member) -> Review:
    review = claims.claim_next(by=by)
    assert review is not None
    return review


@pytest.mark.usefixtures("five_due")
def test_at_most_three_at_a_time(bob: Member) -> None:
    held = [_next(bob) for _ in range(3)]
    assert len({review.pk for review in held}) == 3
    with pytest.raises(claims.TooManyClaims):
        claims.claim_next(by=bob)
    free = Review.objects.filter(participant=bob.participant, holder=None)[0]
    with pytest.raises(claims.TooManyClaims):
        claims.claim(free, by=bob)
    assert claims.claim(held[0], by=bob).pk == held[0].pk
    claims.release(held[0], by=bob)
    assert claims.claim(free, by=bob).pk == free.pk


@pytest.mark.django_db(transaction=True)
def test_two_windows_never_take_more_than_three_between_them() -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        bob = add_team_member(add_company("harbor"), "bob")
        for number in range(12):
            share(alice, value=f"person{number}@example.com")
    route()

    def take(_: int) -> bool:
        try:
            with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
                return claims.claim_next(by=bob) is not None
        except claims.TooManyClaims:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(8))) == 3


@pytest.mark.django_db(transaction=True)
def test_a_lease_ends_by_the_clock_of_the_database(settings: Settings) -> None:
    settings.CLAIM_LEASE_SECONDS = 1
    with acting_as_system():
        harbor = add_company("harbor")
        bob, dana = add_team_member(harbor, "bob"), add_team_member(harbor, "dana")
        share(add_team_member(add_company("northwind"), "alice"))
    route()
    with acting_as_system():
        held = _next(bob)
        assert claims.claim_next(by=dana) is None
        with pytest.raises(claims.ClaimLost):
            claims.keep(held, by=dana)
    time.sleep(1.1)
    with acting_as_system():
        assert not Review.objects.held_by(bob).exists()
        for late in (claims.keep, claims.release):
            with pytest.raises(claims.ClaimLost):
                late(held, by=bob)
        assert _next(dana).pk == held.pk


@pytest.mark.usefixtures("five_due")
def test_keeping_lengthens_the_lease(bob: Member, settings: Settings) -> None:
    settings.CLAIM_LEASE_SECONDS = 60
    held = _next(bob)
    settings.CLAIM_LEASE_SECONDS = 600
    kept = claims.keep(held, by=bob)
    assert kept.held_until is not None
    assert held.held_until is not None
    assert (kept.held_until - held.held_until).total_seconds() > 500


@pytest.mark.usefixtures("five_due")
def test_signing_out_gives_everything_back(bob: Member) -> None:
    _next(bob)
    _next(bob)
    assert signed_in(bob.user).post("/accounts/logout/").status_code == 302
    assert not Review.objects.filter(holder__isnull=False).exists()


@pytest.mark.usefixtures("five_due")
def test_what_one_may_not_see_any_more_is_not_handed_out(alice: Member, bob: Member, as_bob: Client) -> None:
    """The reviews of a group the company has left stay open in the database, and nobody is given one."""
    closed = add_closed_group("pair", alice.participant, bob.participant)
    share(alice, group=closed, value="urgent@example.com", severity="critical")
    route()
    leave_group(bob.participant, closed, by=PORTAL)
    assert Review.objects.filter(participant=bob.participant, signal__sharing_group=closed).count() == 1
    for _ in range(4):
        answer = as_bob.post("/reviews/next/", follow=True)
        assert answer.status_code == 200
    held = Review.objects.get(holder=bob)
    assert held.signal.sharing_group != closed


@pytest.mark.usefixtures("five_due")
def test_a_full_desk_is_told_and_no_error(alice: Member, bob: Member, as_bob: Client) -> None:
    """Three are held on signals that the member lost sight of: the next one is refused in words."""
    closed = add_closed_group("pair", alice.participant, bob.participant)
    for number in range(3):
        share(alice, group=closed, value=f"urgent{number}@example.com", severity="critical")
    route()
    for _ in range(3):
        _next(bob)
    leave_group(bob.participant, closed, by=PORTAL)
    answer = as_bob.post("/reviews/next/", follow=True)
    assert "as many reviews as one may" in answer.content.decode()


@pytest.mark.usefixtures("five_due")
def test_the_value_is_shown_to_its_holder_only(bob: Member, as_bob: Client) -> None:
    review = Review.objects.filter(participant=bob.participant)[0]
    refused = as_bob.post(f"/reviews/{review.pk}/reveal/", follow=True).content.decode()
    assert "Claim it first" in refused
    assert "@example.com" not in refused
    as_bob.post(f"/reviews/{review.pk}/claim/")
    assert "@example.com" in as_bob.post(f"/reviews/{review.pk}/reveal/").content.decode()


@pytest.mark.usefixtures("five_due")
def test_what_somebody_else_holds_says_so(bob: Member) -> None:
    dana = add_team_member(bob.participant, "dana")
    held = _next(bob)
    answer = signed_in(dana.user).post(f"/reviews/{held.pk}/claim/", follow=True).content.decode()
    assert "Somebody else holds this review" in answer
    assert "Bob" in answer
