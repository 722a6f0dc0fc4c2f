"""When decisions are final, and what follows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from participants.models import Member
from reviews import claims
from reviews.appeals import record_appeal
from reviews.deciding import record_decision
from reviews.models import Decision, Feedback, Notification, Review, SecondReview
from reviews.notices import settled
from reviews.reopening import reopen
from reviews.routing import route
from reviews.settling import settle
from reviews.undoing import TooLate, undo
from reviews.verdicts import told_verdicts
from signals.models import Signal
from signals.withdrawing import withdraw
from tests.reviews.following import let_time_pass, practise, send
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


def test_what_is_shared_after_a_rejection_disputes_the_signal(
    alice: Member, bob: Member, charlie: Member, settings: Settings
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    signal = share_and_route(alice)
    _reject(bob)
    settle()
    assert not Signal.objects.get(pk=signal.pk).is_disputed
    share_and_route(add_team_member(add_company("pixelforge"), "dana"))
    assert Signal.objects.get(pk=signal.pk).is_disputed
    assert Review.objects.get(participant=bob.participant).flag == "disputed"
    assert Notification.objects.get(kind="touched").user == bob.user


def test_a_dispute_ends_with_the_word_that_confirmed(alice: Member, bob: Member, settings: Settings) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    dana = add_team_member(add_company("pixelforge"), "dana")
    signal = share_and_route(alice)
    _reject(bob)
    settle()
    share_and_route(dana)
    withdraw(signal.contributions.get(participant=dana.participant), reason="mistake", by=dana)
    route()
    assert not Signal.objects.get(pk=signal.pk).is_disputed


def test_a_signal_that_lives_again_is_as_disputed_as_before(
    alice: Member, bob: Member, charlie: Member, settings: Settings
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    signal = share_and_route(alice)
    _act(bob)
    _reject(charlie)
    settle()
    withdraw(signal.contributions.get(), reason="mistake", by=alice)
    route()
    assert not Signal.objects.get(pk=signal.pk).is_disputed
    share_and_route(alice)
    assert Signal.objects.get(pk=signal.pk).is_disputed


def test_nobody_disputes_with_themselves(alice: Member, bob: Member, settings: Settings) -> None:
    """Whoever rejected a signal and shares it later has another opinion now, but does not confirm against itself."""
    settings.UNDO_WINDOW = timedelta(0)
    signal = share_and_route(alice)
    _reject(bob)
    settle()
    share_and_route(bob)
    assert not Signal.objects.get(pk=signal.pk).is_disputed


def test_a_decision_that_was_reversed_on_appeal_rejects(
    alice: Member, bob: Member, charlie: Member, settings: Settings
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    signal = share_and_route(alice)
    decision = _act(bob)
    _act(charlie)
    send()
    record_appeal(decision, outcome="reversed", by=bob)
    send()
    assert Signal.objects.get(pk=signal.pk).is_disputed
    assert Review.objects.get(participant=charlie.participant).flag == "disputed"


def test_what_waited_for_a_second_look_counts_not_when_it_stands_again(
    alice: Member, bob: Member, charlie: Member, settings: Settings
) -> None:
    practise(bob, sample=100)
    add_team_member(bob.participant, "bea")
    signal = share_and_route(alice)
    waits = _reject(bob)
    let_time_pass()
    other = record_decision(
        reopen(waits.review, decision_id=waits.pk, reason="mistake", by=bob), verdict="actioned", by=bob,
        measures={"accounts_disabled": 1},
    )  # fmt: skip
    undo(other, by=bob)
    practise(charlie)
    settings.UNDO_WINDOW = timedelta(0)
    _act(charlie)
    settle()
    assert SecondReview.objects.get(decision=waits).state == "void"
    assert waits in Decision.objects.in_force()
    assert waits not in Decision.objects.free_to_leave()
    assert not Signal.objects.get(pk=signal.pk).is_disputed


def test_what_waited_for_a_second_look_tells_nothing_when_its_signal_lives_again(alice: Member, bob: Member) -> None:
    practise(bob, sample=100)
    add_team_member(bob.participant, "bea")
    signal = share_and_route(alice)
    _reject(bob)
    withdraw(signal.contributions.get(), reason="mistake", by=alice)
    share_and_route(alice)
    assert send() == 0
    assert not Feedback.objects.exists()


def test_sums_are_told_of_three_others_who_do_not_all_say_the_same(
    alice: Member, bob: Member, charlie: Member, settings: Settings
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    dana, erin, finn = (add_team_member(add_company(slug), f"{slug}-a") for slug in ("one", "two", "three"))
    signal = share_and_route(alice)
    for member in (bob, charlie, dana):
        _act(member)
    assert told_verdicts(signal, charlie) == "", "her own answer is not one of three"
    assert told_verdicts(signal, erin).startswith("3 other companies have decided: 3 acted on it, 0 found")
    _act(erin)
    assert told_verdicts(signal, finn) == "", "all that have it have said the same"
    _reject(finn)
    assert told_verdicts(signal, bob).startswith("4 other companies have decided: 3 acted on it, 1 found")
    record_appeal(Decision.objects.get(participant=dana.participant), outcome="reversed", by=dana)
    assert told_verdicts(signal, bob).startswith("4 other companies have decided: 2 acted on it, 2 found")
