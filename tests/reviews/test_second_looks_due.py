"""Which decisions get a second look: what a company chose, a share drawn by lot, what somebody asks for."""

from typing import Any

import pytest
from django.test import Client

from participants.models import Member, Role
from reviews import claims
from reviews.models import Review, SecondReview
from reviews.second_reviews import (
    NobodyElse,
    ask_second,
    is_drawn,
)
from tests.reviews.following import ACTIONED, decide, dismissed, let_time_pass, practise, send
from tests.world import add_team_member, share_and_route

pytestmark = pytest.mark.django_db


CHOSEN: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({"outcomes": ["actioned"]}, ACTIONED, "outcome"),
    ({"outcomes": ["actioned"]}, dismissed(), None),
    ({"outcomes": ["no_violation"]}, dismissed(), "outcome"),
    ({"severities": [4]}, ACTIONED, "severity"),
    ({"severities": [1, 2, 3]}, ACTIONED, None),
    ({"sample": 100}, ACTIONED, "sample"),
    ({}, ACTIONED, None),
]


@pytest.mark.parametrize(("practice", "said", "why"), CHOSEN)
def test_what_a_company_chose_gets_a_second_look(
    practice: dict[str, Any], said: dict[str, Any], why: str | None, alice: Member, bob: Member
) -> None:
    practise(bob, **practice)
    decide(bob, alice, said, severity="critical")
    assert list(SecondReview.objects.values_list("why", flat=True)) == ([why] if why else [])


def test_the_sample_is_a_share_and_is_not_drawn_again() -> None:
    reviews = [Review() for _ in range(2_000)]
    drawn = [is_drawn(review, 5) for review in reviews]
    assert 50 < sum(drawn) < 160
    assert drawn == [is_drawn(review, 5) for review in reviews]
    assert not any(is_drawn(review, 0) for review in reviews)
    assert all(is_drawn(review, 100) for review in reviews)


@pytest.mark.parametrize(("share", "seconds"), [(0, 0), (100, 1)])
def test_a_company_that_chose_nothing_has_the_usual_sample(
    share: int, seconds: int, alice: Member, bob: Member, settings: Any
) -> None:
    settings.SECOND_LOOK_PERCENT = share
    decide(bob, alice)
    assert SecondReview.objects.count() == seconds


def test_a_second_look_can_be_asked_for(alice: Member, bob: Member, as_bob: Client) -> None:
    bea = add_team_member(bob.participant, "bea", Role.ANALYST)
    practise(bob)
    share_and_route(alice)
    review = claims.claim_next(by=bob)
    assert review is not None
    assert "Save, and ask for a second look" in as_bob.get(f"/reviews/{review.pk}/").content.decode()
    said = {"verdict": "dismissed", "dismissed_reason": "no_violation", "second_look": "1"}
    assert as_bob.post(f"/reviews/{review.pk}/decide/", said).status_code == 302
    assert SecondReview.objects.get().why == "asked"
    let_time_pass()
    assert SecondReview.objects.due_for(bea).exists()


def test_a_second_look_is_not_asked_of_nobody(alice: Member, bob: Member) -> None:
    Member.objects.filter(pk=bob.pk).update(role=Role.ADMIN)
    Member.objects.filter(participant=bob.participant).exclude(pk=bob.pk).update(is_active=False)
    practise(bob)
    with pytest.raises(NobodyElse):
        ask_second(decide(bob, alice), by=bob)
    assert not SecondReview.objects.exists()


def test_nothing_is_drawn_for_a_second_look_where_nobody_could_have_it(alice: Member, bob: Member) -> None:
    Member.objects.filter(pk=bob.pk).update(role=Role.ADMIN)
    Member.objects.filter(participant=bob.participant).exclude(pk=bob.pk).update(is_active=False)
    practise(bob, sample=100)
    decide(bob, alice)
    assert not SecondReview.objects.exists()
    assert send() == 1
