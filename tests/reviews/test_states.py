"""Every state of a review × everything one may ask × every role: what comes of it, in service and database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.utils import IntegrityError

from participants.models import Member, Role
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Decision, Review
from reviews.reopening import Overtaken, reopen
from reviews.undoing import TooLate, undo
from signals.withdrawing import withdraw
from tests.world import add_team_member, share_and_route

pytestmark = pytest.mark.django_db

STATES = ("open", "held", "taken", "decided", "decided just now", "reopened", "closed")
ACTS = ("claim", "keep", "release", "decide", "undo", "reopen")
# (state, act) -> the state after it; what is not here is refused and changes nothing. "held" is by who asks, "taken"
# and "decided" by a colleague, "decided just now" by who asks. Roles of one company do not differ in any of them.
ALLOWED = {
    ("open", "claim"): "held",
    ("held", "claim"): "held",
    ("held", "keep"): "held",
    ("held", "release"): "open",
    ("held", "decide"): "decided",
    ("decided", "reopen"): "held",
    ("decided just now", "reopen"): "held",
    ("decided just now", "undo"): "held",
    ("reopened", "claim"): "held",
    ("reopened", "keep"): "held",
    ("reopened", "release"): "open",
    ("reopened", "decide"): "decided",
}
REFUSALS = (claims.AlreadyClaimed, claims.ClaimLost, TooLate, Overtaken)


def _dismiss(review: Review, by: Member) -> Decision:
    return record_decision(review, verdict="dismissed", dismissal="no_violation", by=by)


def _latest(review: Review) -> Decision:
    return Decision.objects.filter(review=review).order_by("-pk").first() or Decision(review=review)


def _reopen(review: Review, by: Member) -> None:
    reopen(review, decision_id=_latest(review).pk, reason="mistake", by=by)


ASKED: dict[str, Callable[[Review, Member], Any]] = {
    "claim": lambda review, by: claims.claim(review, by=by),
    "keep": lambda review, by: claims.keep(review, by=by),
    "release": lambda review, by: claims.release(review, by=by),
    "decide": _dismiss,
    "undo": lambda review, by: undo(_latest(review), by=by),
    "reopen": _reopen,
}


def _bring(review: Review, state: str, asker: Member, colleague: Member) -> None:
    holder = {"held": asker, "taken": colleague, "decided": colleague, "decided just now": asker, "reopened": asker}
    if state in holder:
        claims.claim(review, by=holder[state])
    if state in ("decided", "decided just now", "reopened"):
        _dismiss(review, holder[state])
    if state == "reopened":
        _reopen(review, asker)
    if state == "closed":
        contribution = review.signal.contributions.get()
        withdraw(contribution, reason="mistake", by=Member.objects.get(user=contribution.shared_by))


def _state(review: Review, asker: Member) -> tuple[str, bool]:
    now = Review.objects.get(pk=review.pk)
    return now.state, now.holder == asker


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", STATES)
def test_each_state_allows_what_the_table_says(alice: Member, bob: Member, state: str, act: str, role: Role) -> None:
    share_and_route(alice)
    asker = add_team_member(bob.participant, "dana", role)
    review = Review.objects.get(participant=bob.participant)
    _bring(review, state, asker, bob)
    before = _state(review, asker)
    if (state, act) in ALLOWED:
        ASKED[act](review, asker)
        wanted = ALLOWED[state, act]
        assert _state(review, asker) == ("decided" if wanted == "decided" else "open", wanted == "held")
    else:
        with pytest.raises(REFUSALS):
            ASKED[act](review, asker)
        assert _state(review, asker) == before


MOVES = {("open", "decided"), ("open", "closed"), ("decided", "open"), ("closed", "open")}


@pytest.mark.parametrize("before", ["open", "decided", "closed"])
@pytest.mark.parametrize("after", ["open", "decided", "closed"])
def test_the_database_refuses_illegal_moves(alice: Member, bob: Member, before: str, after: str) -> None:
    share_and_route(alice)
    review = Review.objects.get(participant=bob.participant)
    _bring(review, before, bob, add_team_member(bob.participant, "dana"))
    row = Review.objects.filter(pk=review.pk)
    if before == after:
        assert row.update(state=F("state")) == 1
    elif (before, after) in MOVES and after != "decided":
        assert row.update(state=after, closed_because="") == 1
    else:
        with pytest.raises(IntegrityError, match=r"along_its_ways|has_a_decision"), transaction.atomic():
            row.update(state=after, closed_because="")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_another_company_moves_nothing(alice: Member, bob: Member, charlie: Member) -> None:
    share_and_route(alice)
    review = Review.objects.get(participant=bob.participant)
    for act in ACTS:
        with pytest.raises(REFUSALS):
            ASKED[act](review, charlie)
    assert _state(review, charlie) == ("open", False)
