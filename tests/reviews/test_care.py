"""Looking after people: private counts, breaks, and what one does not want to be given."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from lantern.demo.follow_ups import WAITING, make_follow_ups
from lantern.lib.tenancy import Scope, acting
from participants.models import Member, Role
from reviews import claims
from reviews.care import BREAK_AFTER_SEVERE, clear_worked, today_of
from reviews.deciding import Conclusion
from reviews.models import CareChoice, OutgoingFeedback, Review, SecondReview, WorkedItem
from reviews.second_reviews import agree, change, return_to_first, take
from tests.reviews.following import ACTIONED, decide, dismissed, let_time_pass, practise, voted
from tests.world import add_team_member, share_and_route, signed_in

pytestmark = pytest.mark.django_db

NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


def _work(member: Member, *spans: tuple[int, int], severe: bool = False) -> None:
    """Items open from and until so many minutes before noon."""
    for began, ended in spans:
        WorkedItem.objects.create(
            user=member.user,
            is_severe=severe,
            began_at=NOON - timedelta(minutes=began),
            ended_at=NOON - timedelta(minutes=ended),
        )


# Spans in minutes before noon, and (minutes today, minutes since the last break, whether one is due).
DAYS: list[tuple[list[tuple[int, int]], tuple[int, int, bool]]] = [
    ([], (0, 0, False)),
    ([(49, 0)], (49, 49, False)),
    ([(50, 0)], (50, 50, True)),
    ([(50, 20), (20, 0)], (50, 50, True)),
    ([(60, 40), (35, 0)], (55, 60, True)),
    ([(100, 60), (50, 20), (19, 1)], (88, 50, True)),
    ([(100, 60), (49, 20), (19, 1)], (87, 49, False)),
    ([(120, 20)], (100, 0, False)),  # on a break for twenty minutes
    ([(30, 0), (30, 0)], (30, 30, False)),  # two at once are one minute
    ([(13 * 60, 11 * 60 + 50)], (10, 0, False)),  # an item from yesterday counts from midnight
]


@pytest.mark.parametrize(("spans", "told"), DAYS)
def test_minutes_and_breaks(spans: list[tuple[int, int]], told: tuple[int, int, bool], bob: Member) -> None:
    _work(bob, *spans)
    today = today_of(bob.user, NOON)
    assert (today.minutes, today.minutes_since_break, today.break_is_due) == told


def test_forty_severe_items_make_a_break_due(bob: Member) -> None:
    _work(bob, *[(2, 1)] * (BREAK_AFTER_SEVERE - 1), severe=True)
    assert not today_of(bob.user, NOON).break_is_due
    _work(bob, (2, 1), severe=True)
    today = today_of(bob.user, NOON)
    assert (today.severe, today.severe_since_break, today.break_is_due) == (40, 40, True)


def test_what_one_decides_and_gives_back_is_counted(alice: Member, bob: Member, as_bob: Client) -> None:
    decide(bob, alice, severity="critical")
    share_and_route(alice, value="low@example.com", severity="low")
    held = claims.claim_next(by=bob)
    assert held is not None
    claims.release(held, by=bob)
    today = today_of(bob.user)
    assert (today.items, today.severe) == (2, 1)
    assert as_bob.get("/reviews/wellbeing/").context["today"] == today


def test_the_counts_and_choices_are_ones_own_in_the_database_too(
    alice: Member, bob: Member, as_bob: Client, sam: Any
) -> None:
    lee = add_team_member(bob.participant, "lee")
    decide(bob, alice)
    as_bob.post("/reviews/wellbeing/", {"severe": "on", "harm_types": ["grooming"]})
    assert WorkedItem.objects.count() == CareChoice.objects.count() == 1
    own: dict[str, Any] = {"participant_id": bob.participant_id}
    for scope, who in (
        (Scope.MEMBER, {**own, "user_id": lee.user_id}),
        (Scope.STAFF, {"user_id": sam.pk}),
        (Scope.PUBLIC, {}),
    ):
        with acting(scope, **who):
            assert not WorkedItem.objects.exists()
            assert not CareChoice.objects.exists()
    with acting(Scope.MEMBER, **own, user_id=bob.user_id):
        assert WorkedItem.objects.count() == CareChoice.objects.count() == 1


def test_the_event_of_choosing_names_nobody(as_bob: Client) -> None:
    as_bob.post("/reviews/wellbeing/", {"severe": "on", "harm_types": ["grooming"]})
    event = AuditEvent.objects.get(event="care.chosen")
    assert (event.actor_id, event.participant_id, event.target_id, event.details) == (None, None, "", {})


def test_leads_see_nothing_of_it(alice: Member, bob: Member, as_bob: Client) -> None:
    lee = add_team_member(bob.participant, "lee", Role.LEAD)
    decide(bob, alice)
    as_bob.post("/reviews/wellbeing/", {"severe": "on"})
    page = signed_in(lee.user).get("/reviews/team/").content.decode()
    assert "Bob" not in page
    assert "at least 5 people" in page


CHOICES: list[tuple[dict[str, Any], str | None]] = [
    ({}, "critical"),
    ({"severe": "on"}, "low"),
    ({"severe": "day"}, "low"),
    ({"harm_types": ["trafficking"]}, "low"),
    ({"harm_types": ["trafficking", "grooming"]}, None),
    ({"severe": "on", "harm_types": ["grooming"]}, None),
]


@pytest.mark.parametrize(("chosen", "given"), CHOICES)
def test_what_one_does_not_want_is_not_given(
    chosen: dict[str, Any], given: str | None, alice: Member, bob: Member, as_bob: Client
) -> None:
    share_and_route(alice, value="a@example.com", severity="critical", harm_types="grooming;trafficking")
    share_and_route(alice, value="b@example.com", severity="low", harm_types="grooming")
    assert as_bob.post("/reviews/wellbeing/", chosen).status_code == 302
    taken = claims.claim_next(by=bob)
    assert (taken.signal.severity_row.name if taken else None) == given
    colleague = add_team_member(bob.participant, "colleague")
    if given != "critical":
        other = claims.claim_next(by=colleague)
        assert other is not None
        assert other.signal.severity_row.name == "critical"


def test_what_one_left_to_others_can_still_be_opened_and_is_said(alice: Member, as_bob: Client) -> None:
    share_and_route(alice, severity="critical")
    as_bob.post("/reviews/wellbeing/", {"severe": "on"})
    led = as_bob.post("/reviews/next/", follow=True).content.decode()
    assert "Nothing is left that you chose to be given" in led
    review = Review.objects.get()
    as_bob.post(f"/reviews/{review.pk}/claim/")
    assert Review.objects.get().holder is not None


def test_what_one_left_to_others_is_not_said_to_be_held(alice: Member, bob: Member, as_bob: Client) -> None:
    colleague = add_team_member(bob.participant, "colleague")
    for number in range(2):
        share_and_route(alice, value=f"{number}@example.com", severity="critical")
    as_bob.post("/reviews/wellbeing/", {"severe": "on"})
    for told in ("Nothing is left that you chose to be given", "Everything that is due is held by colleagues"):
        assert claims.claim_next(by=colleague) is not None
        assert told in as_bob.post("/reviews/next/", follow=True).content.decode()


def test_nothing_severe_for_a_day_ends_by_itself(alice: Member, bob: Member, as_bob: Client) -> None:
    share_and_route(alice, severity="critical")
    as_bob.post("/reviews/wellbeing/", {"severe": "day"})
    assert claims.claim_next(by=bob) is None
    CareChoice.objects.update(nothing_severe_until=timezone.now() - timedelta(seconds=1))
    assert claims.claim_next(by=bob) is not None


def _work_until_now(member: Member) -> None:
    now = timezone.now()
    WorkedItem.objects.create(
        user=member.user, is_severe=False, began_at=now - timedelta(minutes=55), ended_at=now - timedelta(minutes=1)
    )


def test_a_break_is_only_suggested_unless_the_company_makes_it_binding(
    alice: Member, bob: Member, as_bob: Client
) -> None:
    share_and_route(alice, severity="critical")
    _work_until_now(bob)
    assert "Time for a break" in as_bob.get("/reviews/").content.decode()
    practise(bob, break_is_binding=True)
    assert claims.claim_next(by=bob) is None
    review = Review.objects.get()
    with pytest.raises(claims.BreakFirst):
        claims.claim(review, by=bob)
    assert as_bob.post(f"/reviews/{review.pk}/claim/").status_code == 302
    assert Review.objects.get().holder is None
    practise(bob)
    assert claims.claim_next(by=bob) is not None


def test_a_binding_break_holds_back_severe_items_only_and_ends(alice: Member, bob: Member) -> None:
    practise(bob, break_is_binding=True)
    share_and_route(alice, value="low@example.com", severity="low")
    share_and_route(alice, value="critical@example.com", severity="critical")
    _work_until_now(bob)
    mild = claims.claim_next(by=bob)
    assert mild is not None
    assert mild.signal.severity_row.name == "low"
    WorkedItem.objects.update(ended_at=timezone.now() - timedelta(minutes=11))
    severe = claims.claim_next(by=bob)
    assert severe is not None
    assert severe.signal.severity_row.name == "critical"


def test_a_binding_break_holds_back_severe_second_looks_and_reopenings(
    alice: Member, bob: Member, as_bob: Client
) -> None:
    bea = add_team_member(bob.participant, "bea")
    practise(bob, break_is_binding=True, outcomes=["actioned"])
    reviews = [
        decide(bea, alice, severity=severity, value=f"{severity}@example.com").review
        for severity in ("low", "critical")
    ]
    let_time_pass()
    _work_until_now(bob)
    for review, is_given in zip(reviews, (True, False), strict=True):
        second = SecondReview.objects.get(review=review)
        answer = as_bob.post(f"/reviews/second/{second.pk}/take/", follow=True).content.decode()
        assert ("A break is due" in answer) != is_given
        assert SecondReview.objects.held_by(bob).filter(pk=second.pk).exists() == is_given
        said = {"decision_id": str(second.decision_id), "reason": "mistake"}
        answer = as_bob.post(f"/reviews/{review.pk}/reopen/", said, follow=True).content.decode()
        assert ("A break is due" in answer) != is_given
        assert Review.objects.held_by(bob).filter(pk=review.pk).exists() == is_given


def test_a_second_look_that_she_has_is_hers_for_longer_although_a_break_is_due(alice: Member, bob: Member) -> None:
    practise(bob, break_is_binding=True, outcomes=["actioned"])
    decide(add_team_member(bob.participant, "bea"), alice, severity="critical")
    let_time_pass()
    second = take(SecondReview.objects.get(), by=bob)
    _work_until_now(bob)
    assert take(second, by=bob).second_by == bob


CONCLUDED: list[Callable[[SecondReview, Member], object]] = [
    lambda second, by: agree(second, by=by),
    lambda second, by: return_to_first(second, words="which account?", by=by),
    lambda second, by: change(second, Conclusion(**dismissed()), by=by),
]


@pytest.mark.parametrize("conclude", CONCLUDED)
def test_a_second_look_is_work(conclude: Callable[[SecondReview, Member], object], alice: Member, bob: Member) -> None:
    """One item, from taking it until it is concluded, however it is."""
    practise(bob, outcomes=["actioned"])
    decide(add_team_member(bob.participant, "bea"), alice, severity="critical")
    second = voted(SecondReview.objects.get(), bob, ACTIONED)
    conclude(second, bob)
    assert (today_of(bob.user).items, today_of(bob.user).severe) == (1, 1)
    taken = AuditEvent.objects.get(event="second_review.taken")
    assert WorkedItem.objects.get(user=bob.user).began_at == taken.at


def test_nobody_of_the_demonstration_begins_with_a_days_work(alice: Member, bob: Member) -> None:
    for number in range(WAITING + 1):
        decide(bob, alice, severity="critical", value=f"{number}@example.com")
    OutgoingFeedback.objects.all().delete()
    make_follow_ups(Random(1), timezone.now(), lead=add_team_member(bob.participant, "lee", Role.LEAD))
    assert SecondReview.objects.filter(state="done").exists()
    assert not WorkedItem.objects.exists()


def test_old_work_is_forgotten_twice_over(bob: Member) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    WorkedItem.objects.create(user=bob.user, is_severe=True, began_at=long_ago, ended_at=long_ago)
    assert (clear_worked(), clear_worked()) == (1, 0)


def test_there_is_no_table_that_keeps_people_side_by_side() -> None:
    """Neither a count nor a choice of a person stands in a row that colleagues may read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polcmd = 'r' AND polrelid IN"
            " ('reviews_workeditem'::regclass, 'reviews_carechoice'::regclass)"
        )
        conditions = [row[0] for row in cursor.fetchall()]
    assert len(conditions) == 2
    assert all("lantern_user" in condition and "participant" not in condition for condition in conditions)
