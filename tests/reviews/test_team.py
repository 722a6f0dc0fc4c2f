"""What leads see: counts and times of their own company, never by person."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from participants.models import Member, Role
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Decision, Review, ReviewPractice
from reviews.team_figures import by_harm, by_kind, days_of, oldest_open, severe_work, whole
from reviews.team_page import duration, page_of, share
from reviews.undoing import undo
from tests.reviews.following import ACTIONED, decide, dismissed, practise
from tests.world import add_team_member, share_and_route, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lee(bob: Member) -> Member:
    """Harbor's lead."""
    practise(bob)
    return add_team_member(bob.participant, "lee", Role.LEAD)


def test_arrivals_decisions_and_the_oldest(alice: Member, bob: Member, lee: Member, charlie: Member) -> None:
    decide(bob, alice, value="one@example.com")
    share_and_route(alice, value="two@example.com")
    then = timezone.now() - timedelta(days=3)
    Review.objects.filter(state="open").update(created_at=then)
    days = days_of(bob.participant_id)
    assert (len(days), sum(day.arrived for day in days), sum(day.decided for day in days)) == (28, 2, 1)
    assert (days[-1].decided, days[-4].arrived) == (1, 1)
    assert oldest_open(bob.participant_id) == then
    assert days_of(alice.participant_id)[-1].decided == 0
    assert oldest_open(alice.participant_id) is None


def test_times_by_kind_and_harm_are_quartiles_of_first_decisions(alice: Member, bob: Member) -> None:
    practise(bob)
    for hours, number in ((1, "a"), (2, "b"), (3, "c")):
        decision = decide(bob, alice, value=f"{number}@example.com", harm_types="grooming;sextortion")
        Review.objects.filter(pk=decision.review_id).update(created_at=timezone.now() - timedelta(hours=hours))
    decide(bob, alice, kind="url", value="https://talk.test/room/1", harm_types="other")
    kinds = {group.name: group for group in by_kind(bob.participant_id)}
    assert {name: group.decided for name, group in kinds.items()} == {"email": 3, "url": 1}
    quartiles = kinds["email"].quartiles
    assert quartiles is not None
    assert [round(seconds / 3600, 1) for seconds in quartiles] == [1.5, 2.0, 2.5]
    assert {group.name: group.decided for group in by_harm(bob.participant_id)} == {
        "grooming": 3,
        "sextortion": 3,
        "other": 1,
    }
    assert by_kind(alice.participant_id) == []


def test_a_decision_that_says_otherwise_is_a_reversal(alice: Member, bob: Member) -> None:
    practise(bob)
    decide(bob, alice)
    for said, count in ((ACTIONED, 0), (dismissed(), 1)):
        Review.objects.update(state="open")
        review = claims.claim_next(by=bob)
        assert review is not None
        record_decision(review, **said, by=bob)
        found = whole(bob.participant_id)
        assert (found.decided, found.reviews, found.reversed) == (1, 1, count)


def test_what_was_undone_never_counted(alice: Member, bob: Member) -> None:
    """Neither as a decision or a time, nor as what another one reversed, nor as what reversed another one."""
    practise(bob)
    slip = decide(bob, alice, dismissed(), severity="critical")
    held = undo(slip, by=bob)
    assert whole(bob.participant_id).reviews == 0
    Review.objects.update(created_at=timezone.now() - timedelta(hours=2))
    record_decision(held, **ACTIONED, by=bob)
    Review.objects.update(state="open")
    again = claims.claim_next(by=bob)
    assert again is not None
    undo(record_decision(again, **dismissed(), by=bob), by=bob)
    found = whole(bob.participant_id)
    assert (found.decided, found.reviews, found.reversed) == (1, 1, 0)
    assert found.quartiles is not None
    assert round(found.quartiles[1] / 3600, 1) == 2.0
    assert days_of(bob.participant_id)[-1].decided == 1


def test_severe_work_is_told_of_five_people_and_more(alice: Member, bob: Member) -> None:
    practise(bob)
    people = [bob, *(add_team_member(bob.participant, f"member{number}") for number in range(4))]
    for number, person in enumerate(people):
        assert severe_work(bob.participant_id) is None
        decide(person, alice, value=f"{number}@example.com", severity="critical" if number else "low")
    work = severe_work(bob.participant_id)
    assert work is not None
    assert (work.decided, work.severe) == (5, 4)
    undo(Decision.objects.latest("pk"), by=people[-1])
    assert severe_work(bob.participant_id) is None


def test_the_page_draws_what_its_tables_say(alice: Member, bob: Member, lee: Member) -> None:
    decide(bob, alice)
    context = page_of(lee)
    assert (context["most_a_day"], context["day_bars"][-1]["decided"]) == (1, 100.0)
    assert context["day_rows"][0][1:] == [1, 1]
    content = signed_in(lee.user).get("/reviews/team/").content.decode()
    assert content.count("<svg") > 2
    assert "Bob" not in content


@pytest.mark.parametrize(("asked", "days"), [("28", 28), ("84", 84), ("9999999", 28), ("x", 28), ("", 28)])
def test_the_page_looks_back_as_far_as_it_is_asked_to(asked: str, days: int, lee: Member) -> None:
    context = signed_in(lee.user).get("/reviews/team/", {"days": asked}).context
    assert len(context["day_rows"]) == days


def test_the_page_of_a_team_without_work_stands(lee: Member) -> None:
    assert signed_in(lee.user).get("/reviews/team/").status_code == 200


def test_leads_choose_how_their_company_reviews(bob: Member, lee: Member, as_bob: Client) -> None:
    browser = signed_in(lee.user)
    typed = {"outcomes": ["actioned", "wrong_identity"], "severities": ["4"], "sample_percent": "10"}
    assert as_bob.post("/reviews/team/practice/", typed).status_code == 404
    assert browser.post("/reviews/team/practice/", {**typed, "sample_percent": "101"}).status_code == 422
    assert browser.post("/reviews/team/practice/", {**typed, "outcomes": ["tired"]}).status_code == 422
    assert browser.post("/reviews/team/practice/", typed).status_code == 302
    chosen = ReviewPractice.objects.get()
    assert (chosen.outcomes, chosen.severities, chosen.sample_percent, chosen.break_is_binding) == (
        ["actioned", "wrong_identity"],
        [4],
        10,
        False,
    )


LENGTHS = [(0, "0 min"), (90, "2 min"), (3_600, "1.0 h"), (47 * 3_600, "47.0 h"), (3 * 86_400, "3.0 d")]


@pytest.mark.parametrize(("seconds", "said"), LENGTHS)
def test_lengths_of_time(seconds: int, said: str) -> None:
    assert duration(seconds) == said


def test_shares() -> None:
    assert (share(1, 3), share(0, 0)) == ("1 of 3 (33%)", "–")
