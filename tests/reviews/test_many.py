"""Many at once: what goes together, what is left alone, and what may be undone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from participants.models import Member
from reviews import claims
from reviews.deciding import Conclusion
from reviews.many import NotTogether, decide_many, together_with
from reviews.models import Decision, DecisionBatch, Review, WorkedItem
from reviews.routing import route
from signals.models import Signal
from tests.reviews.following import practise
from tests.world import add_team_member, share, signed_in

pytestmark = pytest.mark.django_db

SAID = Conclusion("dismissed", dismissal="no_violation")
FORM = {"verdict": "dismissed", "dismissed_reason": "no_violation"}


@pytest.fixture
def case(alice: Member, bob: Member) -> list[Review]:
    """Four e-mail addresses of one incident, the first one held by Bob; besides a phone of it, and a stranger."""
    for number in range(4):
        share(alice, value=f"person{number}@example.com", incident="case 1")
    share(alice, kind="phone", value="+12025550143", incident="case 1")
    share(alice, value="stranger@example.com", incident="case 2")
    route()
    mine = Review.objects.filter(participant=bob.participant, signal__kind="email").order_by("signal__pk")
    claims.claim(mine[0], by=bob)
    return list(mine)


def _chosen(reviews: list[Review], number: int | None = None) -> dict[str, object]:
    return {"chosen": [str(review.pk) for review in reviews], "number": str(number or len(reviews)), **FORM}


def test_only_one_kind_and_incident_goes_together(case: list[Review], bob: Member) -> None:
    assert set(together_with(case[0], bob)) == set(case[:4])
    with pytest.raises(NotTogether):
        decide_many(case[0], [case[0], case[4]], SAID, by=bob)
    assert Decision.objects.count() == 0


def test_each_has_a_decision_of_its_own_and_the_result_says_what_happened(
    case: list[Review], bob: Member, as_bob: Client
) -> None:
    dana = add_team_member(bob.participant, "dana")
    claims.claim(case[2], by=dana)
    answer = as_bob.post(f"/reviews/{case[0].pk}/together/", _chosen(case[:4]))
    assert answer.status_code == 302
    assert Decision.objects.count() == 3
    page = as_bob.get(answer["Location"]).content.decode()
    assert (page.count("<td>Decided</td>"), page.count("a colleague holds it")) == (6, 1)  # then and now
    assert Review.objects.get(pk=case[2].pk).holder == dana


def test_the_typed_number_must_be_right(case: list[Review], as_bob: Client) -> None:
    answer = as_bob.post(f"/reviews/{case[0].pk}/together/", _chosen(case[:3], 4))
    assert (answer.status_code, Decision.objects.count()) == (422, 0)
    assert "You have chosen 3. Nothing has been decided." in answer.content.decode()


def test_one_of_them_must_have_been_opened(case: list[Review], as_bob: Client) -> None:
    answer = as_bob.post(f"/reviews/{case[1].pk}/together/", _chosen(case[:4]))
    assert (answer["Location"], Decision.objects.count()) == (f"/reviews/{case[1].pk}/", 0)


def test_no_more_than_fifty(case: list[Review], bob: Member, alice: Member) -> None:
    for number in range(50):
        share(alice, value=f"more{number}@example.com", incident="case 1")
    route()
    every = list(together_with(case[0], bob))
    assert len(every) == 54
    with pytest.raises(NotTogether):
        decide_many(case[0], every, SAID, by=bob)
    batch = decide_many(case[0], every[:50], SAID, by=bob)
    assert list(batch.results.values()) == ["decided"] * 50


def test_all_of_it_is_undone_at_once(case: list[Review], bob: Member, as_bob: Client) -> None:
    as_bob.post(f"/reviews/{case[0].pk}/together/", _chosen(case[:4]))
    assert "You decided 4 reviews just now." in signed_in(bob.user).get("/reviews/").content.decode()
    answer = as_bob.post("/reviews/undo/", follow=True).content.decode()
    assert "Undone: 4 reviews are back in the queue." in answer
    assert Decision.objects.in_force().count() == 0
    assert Review.objects.filter(pk__in=[review.pk for review in case], state="open").count() == 5
    assert Review.objects.held_by(bob).count() == 3


def test_the_same_form_twice_decides_once(case: list[Review], as_bob: Client) -> None:
    for _ in range(2):
        as_bob.post(f"/reviews/{case[0].pk}/together/", _chosen(case[:4]))
    assert (Decision.objects.count(), DecisionBatch.objects.count()) == (4, 1)


def test_a_binding_break_holds_for_many_as_well(case: list[Review], bob: Member) -> None:
    practise(bob, break_is_binding=True)
    now = timezone.now()
    hour = now - timedelta(hours=1)
    WorkedItem.objects.create(user=bob.user, is_severe=True, began_at=hour, ended_at=now)
    Signal.objects.update(severity=4)
    with pytest.raises(claims.BreakFirst):
        decide_many(case[0], case[:2], SAID, by=bob)
    assert not Decision.objects.exists()
