"""Several people, or several windows of one, at the same second look."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from reviews.deciding import Conclusion
from reviews.models import Decision, Review, SecondReview
from reviews.reopening import reopen
from reviews.second_reviews import NotYetVoted, SecondTaken, agree, change, return_to_first, take, vote
from reviews.undoing import TooLate, undo
from tests.at_once import in_thread, until_somebody_waits
from tests.reviews.following import ACTIONED, decide, dismissed, let_time_pass, practise, voted
from tests.world import add_company, add_team_member

pytestmark = pytest.mark.django_db(transaction=True)

Step = tuple[Member, Callable[[], object]]
LATE = (SecondTaken, NotYetVoted, TooLate)


@pytest.fixture
def people() -> dict[str, Member]:
    """Bob decides, on what Alice shared; Bea and Cleo are his colleagues."""
    with acting_as_system():
        harbor = add_company("harbor")
        made = {name: add_team_member(harbor, name) for name in ("bob", "bea", "cleo")}
        practise(made["bob"], outcomes=["actioned"])
        decide(made["bob"], add_team_member(add_company("northwind"), "alice"), ACTIONED)
    return made


@pytest.fixture
def second(people: dict[str, Member]) -> SecondReview:
    with acting_as_system():
        let_time_pass()
        return SecondReview.objects.get()


def _in_turn(first: Step, late: Step) -> bool:
    """Both steps, the late one begun before the first is committed; whether the late one was done."""
    with ThreadPoolExecutor(1) as pool:
        with acting(Scope.MEMBER, participant_id=first[0].participant_id, user_id=first[0].user_id):
            first[1]()
            waiting = pool.submit(in_thread, lambda: _is_done(*late))
            until_somebody_waits()
        return waiting.result(timeout=30)


def _is_done(member: Member, call: Callable[[], object]) -> bool:
    try:
        with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
            call()
    except LATE:
        return False
    return True


def _told(event: str) -> int:
    with acting_as_system():
        return AuditEvent.objects.filter(event=event).count()


def test_two_people_take_it(second: SecondReview, people: dict[str, Member]) -> None:
    bea, cleo = people["bea"], people["cleo"]
    assert not _in_turn((bea, lambda: take(second, by=bea)), (cleo, lambda: take(second, by=cleo)))
    with acting_as_system():
        assert SecondReview.objects.get().second_by == bea
    assert _told("second_review.taken") == 1


def test_two_windows_vote(second: SecondReview, people: dict[str, Member]) -> None:
    bea = people["bea"]
    with acting_as_system():
        take(second, by=bea)
    votes = [
        (bea, lambda: vote(second, verdict="dismissed", dismissal="no_violation", by=bea)),
        (bea, lambda: vote(second, verdict="actioned", by=bea)),
    ]
    assert not _in_turn(*votes)
    with acting_as_system():
        assert SecondReview.objects.get().verdict == "dismissed"
    assert _told("second_review.voted") == 1


def test_two_windows_conclude(second: SecondReview, people: dict[str, Member]) -> None:
    bea = people["bea"]
    with acting_as_system():
        voted(second, bea, dismissed())
    changing = Conclusion("dismissed", {}, "no_violation", "", "looked again")
    steps = [
        (bea, lambda: return_to_first(second, words="why?", by=bea)),
        (bea, lambda: change(second, changing, by=bea)),
    ]
    assert not _in_turn(*steps)
    with acting_as_system():
        assert SecondReview.objects.get().conclusion == "return"
        assert Decision.objects.count() == 1


def test_one_undoes_what_another_concludes(people: dict[str, Member]) -> None:
    """Each of the two needs the review and the second look; whoever comes second waits, and neither is broken off."""
    bob, bea = people["bob"], people["bea"]
    with acting_as_system():
        second = voted(SecondReview.objects.get(), bea, dismissed())
        decision = Decision.objects.get()
    assert not _in_turn((bob, lambda: undo(decision, by=bob)), (bea, lambda: agree(second, by=bea)))
    with acting_as_system():
        assert SecondReview.objects.get().state == "void"


def test_one_opens_again_what_another_concludes(second: SecondReview, people: dict[str, Member]) -> None:
    bob, bea = people["bob"], people["bea"]
    with acting_as_system():
        voted(second, bea, dismissed())
        decision = Decision.objects.get()
    other = Conclusion("dismissed", {}, "no_violation", "", "looked again")
    steps = [
        (bob, lambda: reopen(decision.review, decision_id=decision.pk, reason="mistake", by=bob)),
        (bea, lambda: change(second, other, by=bea)),
    ]
    assert not _in_turn(*steps)
    with acting_as_system():
        assert Decision.objects.count() == 1
        assert Review.objects.get(pk=decision.review_id).holder == bob
