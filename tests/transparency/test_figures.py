"""Where a year begins and ends, and what nothing that comes later changes. Every figure: `test_independent_check`."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.record import PORTAL
from participants.models import Member, Participant, ParticipantState, StateChange
from participants.services import add_participant, change_participant, move_participant
from reviews.models import Decision, Measure, Review
from reviews.outcomes import DISMISSALS, UNITS
from reviews.routing import route
from tests.world import add_company, bring_to, share
from transparency.facts import Facts
from transparency.figures import FIGURES, Value
from transparency.periods import Period
from transparency.rollups import close_months, facts_of, first_open_month
from transparency.standing import standing_in

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)
# The first and last moments of the year and those beside them, in UTC; others by chance.
EDGES = [
    YEAR.start - timedelta(microseconds=1),
    YEAR.start,
    YEAR.end - timedelta(microseconds=1),
    YEAR.end,
]


def _numbers(name: str) -> dict[str, Value]:
    return {scope: number for scope, _, number in FIGURES[name].numbers(facts_of(YEAR))}


def _write(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _decide(review: Review, by: Member, at: datetime, chance: Random, replaces: Decision | None = None) -> Decision:
    actioned = chance.random() < 0.5
    decision = Decision.objects.create(
        review=review,
        participant=by.participant,
        decided_by=by,
        verdict="actioned" if actioned else "dismissed",
        dismissal="" if actioned else chance.choice([name for name in DISMISSALS if name != "other"]),
        replaces=replaces,
        decided_at=at,
    )
    for unit in chance.sample(list(UNITS), 2) if actioned else ():
        Measure.objects.create(decision=decision, participant=by.participant, unit=unit, count=chance.randint(1, 9))
    return decision


@pytest.mark.parametrize(("at", "counted"), list(zip(EDGES, (0, 1, 1, 0), strict=True)))
def test_the_year_ends_at_midnight_utc(alice: Member, bob: Member, at: datetime, counted: int) -> None:
    share(alice)
    route()
    _decide(Review.objects.get(), bob, at, Random(1))
    _write("UPDATE signals_contribution SET shared_at = %s", at)
    assert _numbers("reviews_decided") == {"": counted}
    assert _numbers("signals_shared") == {"": counted}


def test_a_later_year_s_correction_leaves_the_year_as_it_was(alice: Member, bob: Member) -> None:
    share(alice)
    route()
    first = _decide(Review.objects.get(), bob, YEAR.end - timedelta(seconds=1), Random(1))
    _decide(Review.objects.get(), bob, YEAR.end, Random(1), first)
    assert _numbers("reviews_decided") == {"": 1}


def test_who_leaves_later_took_part(northwind: Participant) -> None:
    Participant.objects.update(active_since="2025-12-31")
    for slug, since in (("early", "2019-01-01"), ("late", "2026-01-01"), ("gone", "2024-01-01")):
        Participant.objects.filter(pk=add_company(slug).pk).update(active_since=since)
    gone = Participant.objects.get(slug="gone")
    move_participant(gone, to=ParticipantState.LEFT, by=PORTAL, reason="a reason")
    add_company("applied", active=False)
    assert _numbers("participants") == {"": 3}
    now = timezone.now().year
    assert FIGURES["participants"].value(facts_of(Period.year(now)), "") == 3


@pytest.mark.parametrize(("at", "took_part"), list(zip(EDGES, (False, True, True, True), strict=True)))
def test_who_leaves_took_part_until_that_moment(northwind: Participant, at: datetime, took_part: bool) -> None:
    Participant.objects.filter(pk=northwind.pk).update(active_since="2024-02-01")
    moved = {"participant": northwind, "before": "active"}
    StateChange.objects.create(**{**moved, "before": "training"}, after="active", at="2024-02-01T12:00:00Z")
    StateChange.objects.create(**moved, after="left", at=at)
    standing = standing_in(YEAR)
    assert (northwind.pk in standing.in_period) is took_part
    assert (northwind.pk in {company.id for company in standing.at_end}) is (at == YEAR.end)


@pytest.mark.parametrize(("at", "took_part"), list(zip(EDGES, (True, True, True, False), strict=True)))
def test_who_begins_takes_part_from_that_moment(northwind: Participant, at: datetime, took_part: bool) -> None:
    Participant.objects.filter(pk=northwind.pk).update(active_since=at.date())
    StateChange.objects.create(participant=northwind, before="training", after="active", at=at)
    standing = standing_in(YEAR)
    assert (northwind.pk in standing.in_period) is took_part
    assert (northwind.pk in {company.id for company in standing.at_end}) is took_part


@pytest.mark.parametrize(
    ("times", "median", "ninetieth"),
    [
        ({}, None, None),
        ({"7": {1: 1}}, 0.7, 0.7),
        ({"10": {1: 1, 2: 2}, "25": {1: 1}}, 1, 2.5),
        ({"10": {1: 5}, "20": {1: 4}, "240": {1: 1}}, 1, 2),
        ({"10": {1: 4}, "20": {1: 4}, "240": {1: 2}}, 2, 24),
        ({"100": {1: 1}, "20": {1: 1}, "3": {1: 1}}, 2, 10),  # as numbers, not as words
        ({"10": {1: 1, 2: -1}}, None, None),  # what was taken back
        ({"10": {1: 2, 2: -1}, "20": {1: 2}}, 2, 2),
    ],
)
def test_times_by_nearest_rank(times: dict[str, dict[int, int]], median: float | None, ninetieth: float | None) -> None:
    facts = Facts(YEAR, {"times": {tenths: Counter(share) for tenths, share in times.items()}})
    told = [FIGURES[f"time_to_decision_{name}"].value(facts, "") for name in ("median", "p90")]
    assert told == [median, ninetieth]


def test_a_sector_that_is_changed_later_stays_for_the_year(northwind: Participant) -> None:
    games = add_participant("games", name="Games", industry="games", by=PORTAL)
    bring_to(games, ParticipantState.ACTIVE)
    Participant.objects.update(active_since="2025-01-01")
    games.refresh_from_db()
    games.industry = "payments"
    change_participant(games, fields={"industry"}, by=PORTAL)
    assert _numbers("participants_by_industry")["games"] == 1
    assert _numbers("participants_by_industry")["payments"] == 0


def test_nothing_happened_is_zero_everywhere(northwind: Participant) -> None:
    for name, figure in FIGURES.items():
        if figure.section != "participation":
            assert set(_numbers(name).values()) <= {0, None}, name


def test_closing_twice_keeps_each_month_once(alice: Member) -> None:
    share(alice)
    _write("UPDATE signals_contribution SET shared_at = %s", YEAR.start)
    later = YEAR.end + timedelta(days=40)
    assert close_months(later) > 300
    assert close_months(later) == 0
    assert close_months(YEAR.end + timedelta(days=70)) == 1
    assert _numbers("signals_shared") == {"": 1}


def test_a_month_is_not_closed_on_its_last_night(alice: Member) -> None:
    close_months(YEAR.end + timedelta(hours=12))
    assert first_open_month() == YEAR.last.replace(day=1)
