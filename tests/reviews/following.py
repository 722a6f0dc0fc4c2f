"""Making what follows a decision, for the tests of it."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from lantern.lib.tenancy import Scope, acting
from participants.models import Member
from reviews import claims, feedback
from reviews.appeals import record_appeal
from reviews.deciding import Conclusion, conclude, record_decision
from reviews.models import Decision, DecisionBatch, OutgoingFeedback, Review, SecondReview
from reviews.practice import choose_practice
from reviews.reopening import reopen
from reviews.second_reviews import take, vote
from reviews.settling import settle
from reviews.undoing import undo
from tests.world import share_and_route

ACTIONED: dict[str, Any] = {"verdict": "actioned", "measures": {"accounts_disabled": 1}}


def dismissed(reason: str = "no_violation") -> dict[str, Any]:
    """A dismissal."""
    return {"verdict": "dismissed", "dismissal": reason}


def practise(by: Member, *, sample: int = 0, **more: Any) -> None:
    """How Bob's company reviews: without a sample unless told otherwise."""
    chosen = {"outcomes": [], "severities": [], "break_is_binding": False, **more}
    choose_practice(sample_percent=sample, by=by, **chosen)


def decide(by: Member, of: Member, said: dict[str, Any] | None = None, **fields: str) -> Decision:
    """A signal shared by `of`, claimed and decided by `by`."""
    share_and_route(of, **fields)
    review = claims.claim_next(by=by)
    assert review is not None
    return record_decision(review, **(said or ACTIONED), by=by)


def let_time_pass() -> None:
    """The time to undo is over for everything decided so far."""
    gone = timezone.now() - timedelta(seconds=1)
    OutgoingFeedback.objects.update(ready_at=gone)
    SecondReview.objects.update(ready_at=gone)
    Review.objects.filter(settle_at__isnull=False).update(settle_at=gone)


def send() -> int:
    """What has become final leaves."""
    let_time_pass()
    settle()
    return feedback.send_due()


def voted(second: SecondReview, by: Member, said: dict[str, Any]) -> SecondReview:
    """The second look taken by `by`, and voted on."""
    let_time_pass()
    taken = take(second, by=by)
    return vote(taken, verdict=said["verdict"], dismissal=said.get("dismissal", ""), by=by)


def decide_all_ways(review: Review, by: Member) -> None:
    """Decided and undone, decided in a batch and opened again, and at last decided and appealed against."""
    undo(record_decision(review, verdict="dismissed", dismissal="no_violation", by=by), by=by)
    batch = DecisionBatch.objects.create(participant=by.participant, decided_by=by)
    first = conclude(review, Conclusion("actioned", {"accounts_disabled": 2}), by=by, batch=batch)
    reopen(review, decision_id=first.pk, reason="mistake", by=by)
    last = record_decision(review, verdict="actioned", measures={"accounts_disabled": 2}, by=by)
    with override_settings(UNDO_WINDOW=timedelta(0)):
        record_appeal(last, outcome="reversed", by=by)


def rows_for(member: Member, table: str) -> int:
    """How many rows of the table the database shows to a member."""
    scope = acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)
    with scope, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])
