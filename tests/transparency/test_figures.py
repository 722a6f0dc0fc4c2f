"""Figures equal what a naive count over a planted history gives."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection

from audit.record import PORTAL
from participants.models import Member, Participant, ParticipantState
from participants.services import move_participant
from reviews.models import Decision, Measure, Review
from reviews.outcomes import DISMISSALS, UNITS
from reviews.routing import route
from signals.kinds import KINDS
from signals.models import Contribution, Signal
from signals.vocabulary import HARM_TYPES
from tests.world import add_company, add_team_member, share
from transparency.figures import FIGURES
from transparency.periods import Period

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)
# The first and last moments of the year and those beside them, in UTC; others by chance.
EDGES = [
    YEAR.start - timedelta(microseconds=1),
    YEAR.start,
    YEAR.end - timedelta(microseconds=1),
    YEAR.end,
]


def _numbers(name: str) -> dict[str, int]:
    return {scope: number for scope, _, number in FIGURES[name].numbers(YEAR)}


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


@pytest.fixture
def history(alice: Member, bob: Member, charlie: Member) -> None:
    """Three companies, 30 signals of several kinds, decisions around the edges of the year, and replaced ones."""
    chance = Random(11)
    kinds = [("email", "p{}@example.com"), ("url", "https://files.example/{}"), ("keyword", "phrase {}")]
    for number in range(30):
        kind, value = kinds[number % 3]
        sharers = chance.sample([alice, bob], chance.randint(1, 2))
        for member in sharers:
            harm = ";".join(chance.sample(list(HARM_TYPES), chance.randint(1, 3)))
            share(member, kind=kind, value=value.format(number), harm_types=harm)
    moments = [*EDGES, *(YEAR.start + timedelta(days=chance.randint(-300, 600)) for _ in range(40))]
    for contribution in Contribution.objects.all():
        _write("UPDATE signals_contribution SET shared_at = %s WHERE id = %s", chance.choice(moments), contribution.pk)
    route()
    members = {member.participant_id: member for member in (alice, bob, charlie)}
    for review in Review.objects.all():
        first = _decide(review, members[review.participant_id], chance.choice(moments), chance)
        if chance.random() < 0.4:
            later = first.decided_at + timedelta(days=chance.randint(0, 200))
            _decide(review, members[review.participant_id], later, chance, first)


def _in_year(at: datetime) -> bool:
    return at.astimezone(UTC).year == 2025


@pytest.mark.usefixtures("history")
def test_shared_signals_equal_a_naive_count() -> None:
    kinds: dict[str, set[object]] = defaultdict(set)
    harms: dict[str, set[object]] = defaultdict(set)
    sharers = set()
    for contribution in Contribution.objects.select_related("signal"):
        if _in_year(contribution.shared_at):
            kinds[contribution.signal.kind].add(contribution.signal_id)
            sharers.add(contribution.participant_id)
            for harm in contribution.harm_types:
                harms[harm].add(contribution.signal_id)
    assert _numbers("signals_by_kind") == {kind: len(kinds[kind]) for kind in KINDS}
    assert _numbers("signals_by_harm") == {harm: len(harms[harm]) for harm in HARM_TYPES}
    assert _numbers("signals_shared") == {"": sum(map(len, kinds.values()))}
    assert _numbers("participants_sharing") == {"": len(sharers)}
    assert 0 < _numbers("signals_shared")[""] < Signal.objects.count()


@pytest.mark.usefixtures("history")
def test_decisions_and_measures_equal_a_naive_count() -> None:
    """The decision that stood at the end of the year counts, where it was made in the year."""
    standing: dict[object, Decision] = {}
    for decision in Decision.objects.order_by("decided_at", "replaces"):
        if decision.decided_at < YEAR.end:
            standing[decision.review_id] = decision
    counted = [decision for decision in standing.values() if _in_year(decision.decided_at)]
    verdicts = Counter(decision.verdict for decision in counted)
    reasons = Counter(decision.dismissal for decision in counted)
    units: Counter[str] = Counter()
    for decision in counted:
        for measure in decision.measures.all():
            units[measure.unit] += measure.count
    assert 0 < len(counted) < Review.objects.count()
    assert _numbers("reviews_decided") == {"": len(counted)}
    assert _numbers("reviews_by_verdict") == {"actioned": verdicts["actioned"], "dismissed": verdicts["dismissed"]}
    assert _numbers("reviews_dismissed") == {reason: reasons[reason] for reason in DISMISSALS}
    assert {unit: _numbers(unit)[""] for unit in UNITS} == {unit: units[unit] for unit in UNITS}
    assert _numbers("participants_deciding") == {"": len({decision.participant_id for decision in counted})}


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


def test_participants_are_those_that_take_part(northwind: Participant) -> None:
    Participant.objects.update(active_since="2025-12-31")
    for slug, since in (("early", "2019-01-01"), ("late", "2026-01-01")):
        Participant.objects.filter(pk=add_company(slug).pk).update(active_since=since)
    gone = add_company("gone")
    Participant.objects.filter(pk=gone.pk).update(active_since="2024-01-01")
    gone.refresh_from_db()
    move_participant(gone, to=ParticipantState.LEFT, by=PORTAL, reason="a reason")
    add_company("applied", active=False)
    assert _numbers("participants") == {"": 2}


def test_nothing_happened_is_zero_everywhere(northwind: Participant) -> None:
    add_team_member(northwind, "ana")
    for name in FIGURES:
        if name != "participants":
            assert set(_numbers(name).values()) == {0}, name
