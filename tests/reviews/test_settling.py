"""When decisions are final, and what follows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from participants.models import Member
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Decision, Review
from reviews.notices import settled
from reviews.routing import route
from reviews.settling import settle
from reviews.undoing import TooLate, undo
from reviews.verdicts import told_verdicts
from signals.models import Signal
from tests.world import add_company, add_team_member, share_and_route

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[Decision]]:
    """Decisions of which the settling told."""
    heard: list[Decision] = []

    def hear(decision: Decision, **_: object) -> None:
        heard.append(decision)

    settled.connect(hear)
    yield heard
    settled.disconnect(hear)


def _decide(by: Member, verdict: str, **said: object) -> Decision:
    review = claims.claim(Review.objects.get(participant=by.participant), by=by)
    return record_decision(review, verdict=verdict, by=by, **said)  # type: ignore[arg-type]


def _reject(by: Member) -> Decision:
    return _decide(by, "dismissed", dismissal="no_violation")


def _act(by: Member) -> Decision:
    return _decide(by, "actioned", measures={"accounts_disabled": 1})


def test_nothing_is_settled_while_it_can_be_undone(
    alice: Member, bob: Member, settings: Settings, told: list[Decision]
) -> None:
    share_and_route(alice)
    decision = _reject(bob)
    assert (decision.is_final, settle(), told) == (False, 0, [])
    undo(decision, by=bob)
    settings.UNDO_WINDOW = timedelta(0)
    assert (decision.is_final, settle(), told) == (False, 0, [])


def test_each_decision_is_told_once(alice: Member, bob: Member, settings: Settings, told: list[Decision]) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    share_and_route(alice)
    decision = _reject(bob)
    with pytest.raises(TooLate):
        undo(decision, by=bob)
    assert (decision.is_final, settle(), settle()) == (True, 1, 0)
    assert [each.pk for each in told] == [decision.pk]


def test_acted_on_by_one_and_rejected_by_another_is_disputed(
    alice: Member, bob: Member, charlie: Member, settings: Settings
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    signal = share_and_route(alice)
    _act(bob)
    settle()
    assert not Signal.objects.get(pk=signal.pk).is_disputed
    _reject(charlie)
    settle()
    assert Signal.objects.get(pk=signal.pk).is_disputed
    assert Review.objects.get(participant=bob.participant).flag == "disputed"
    assert Review.objects.get(participant=charlie.participant).flag == ""
    assert route() == 0


def test_not_on_our_platform_disputes_nothing(alice: Member, bob: Member, charlie: Member, settings: Settings) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    signal = share_and_route(alice)
    _act(bob)
    _decide(charlie, "dismissed", dismissal="not_on_platform")
    settle()
    assert not Signal.objects.get(pk=signal.pk).is_disputed


def test_sums_are_told_from_three_companies_on(alice: Member, bob: Member, charlie: Member, settings: Settings) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    dana = add_team_member(add_company("pixelforge"), "dana")
    signal = share_and_route(alice)
    _act(bob)
    _reject(charlie)
    assert told_verdicts(signal) == ""
    _reject(dana)
    assert told_verdicts(signal).startswith("3 companies have decided: 1 acted on it, 2 found")
