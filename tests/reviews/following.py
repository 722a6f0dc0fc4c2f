"""Making what follows a decision, for the tests of it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from participants.models import Member
from reviews import claims, feedback
from reviews.deciding import record_decision
from reviews.models import Decision, OutgoingFeedback, Review, SecondReview
from reviews.practice import choose_practice
from reviews.second_reviews import take, vote
from reviews.settling import settle
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
