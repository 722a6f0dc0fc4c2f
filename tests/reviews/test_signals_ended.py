"""What becomes of reviews when their signals end, change, live again or turn out to be disputed."""

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Member
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Review
from reviews.routing import route
from signals.holding import place_hold
from signals.models import Signal
from signals.models.signal import ValueNotHeld
from signals.revealing import reveal
from signals.withdrawing import withdraw
from tests.world import add_company, add_team_member, share, share_and_route

pytestmark = pytest.mark.django_db


def _of(member: Member) -> Review:
    return Review.objects.get(participant=member.participant)


def _withdraw(signal_of: Member, review: Review) -> None:
    withdraw(
        review.signal.contributions.in_force().get(participant=signal_of.participant), reason="mistake", by=signal_of
    )


def test_open_reviews_close_with_a_tombstone_and_give_their_claims_back(
    alice: Member, bob: Member, as_bob: Client
) -> None:
    share_and_route(alice)
    held = claims.claim(_of(bob), by=bob)
    _withdraw(alice, held)
    review = _of(bob)
    assert (review.state, review.holder, review.closed_because) == ("closed", None, "mistake")
    released = AuditEvent.objects.filter(event="review.released", participant_id=bob.participant_id)
    assert [event.details["why"] for event in released] == ["signal_ended"]
    page = as_bob.get(f"/reviews/{review.pk}/").content.decode()
    assert "It was shared by mistake." in page
    assert f"/reviews/{review.pk}/claim/" not in page
    assert str(review.pk) not in as_bob.get("/reviews/").content.decode()
    assert str(review.pk) in as_bob.get("/reviews/?state=closed").content.decode()
    lost = as_bob.post(f"/reviews/{review.pk}/decide/", {"verdict": "dismissed", "dismissed_reason": "out_of_date"})
    assert lost.status_code == 409


def test_decided_reviews_get_a_banner_which_goes_when_the_signal_lives_again(
    alice: Member, bob: Member, as_bob: Client
) -> None:
    share_and_route(alice)
    held = claims.claim(_of(bob), by=bob)
    record_decision(held, verdict="dismissed", dismissal="no_violation", by=bob)
    _withdraw(alice, held)
    assert (_of(bob).state, _of(bob).flag) == ("decided", "ended")
    assert "was taken back or has ended since" in as_bob.get(f"/reviews/{held.pk}/").content.decode()
    share_and_route(alice)
    assert (_of(bob).state, _of(bob).flag) == ("decided", "")


def test_a_closed_review_opens_when_the_signal_lives_again(alice: Member, bob: Member) -> None:
    share_and_route(alice)
    _withdraw(alice, _of(bob))
    assert _of(bob).state == "closed"
    share_and_route(alice)
    assert (_of(bob).state, _of(bob).closed_because, Review.objects.count()) == ("open", "", 1)


def test_what_one_of_two_companies_takes_back_flags_the_decided_and_leaves_the_open(
    alice: Member, bob: Member, charlie: Member
) -> None:
    dana = add_team_member(add_company("pixelforge"), "dana")
    share(alice)
    share(dana)
    route()
    record_decision(claims.claim(_of(bob), by=bob), verdict="dismissed", dismissal="no_violation", by=bob)
    _withdraw(dana, _of(bob))
    assert (_of(bob).state, _of(bob).flag) == ("decided", "partly_ended")
    assert (_of(charlie).state, _of(charlie).flag) == ("open", "")


def test_nobody_reads_by_opening_again_what_a_hold_keeps(alice: Member, bob: Member, sam: User, as_bob: Client) -> None:
    share_and_route(alice)
    held = claims.claim(_of(bob), by=bob)
    decision = record_decision(held, verdict="dismissed", dismissal="no_violation", by=bob)
    place_hold(signal_id=held.signal_id, reason="order 1", by=sam)
    _withdraw(alice, held)
    assert Signal.objects.get(pk=held.signal_id).value is not None
    said = {"decision_id": str(decision.pk), "reason": "mistake"}
    answer = as_bob.post(f"/reviews/{held.pk}/reopen/", said, follow=True)
    assert "nobody shares the signal any more" in answer.content.decode()
    assert (_of(bob).state, _of(bob).holder) == ("decided", None)
    before = AuditEvent.objects.count()
    with pytest.raises(ValueNotHeld):
        reveal(_of(bob).signal, by=bob, why="review")
    assert AuditEvent.objects.count() == before
