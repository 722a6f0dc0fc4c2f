"""Bugs that other review tools had, each by its name; two more stand in `test_queue` and `test_second_thoughts`."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from participants.models import Member, Role
from reviews import claims
from reviews.models import Decision, Feedback, Review, SecondReview
from tests.reviews.following import ACTIONED, decide, practise, send
from tests.world import add_team_member, share_and_route, signed_in

pytestmark = pytest.mark.django_db


def test_an_approval_is_not_skipped_on_a_delayed_path(alice: Member, bob: Member) -> None:
    """Days later, and however often the clocks ring, nothing has left without the second look."""
    practise(bob, outcomes=["actioned"])
    decide(bob, alice, ACTIONED)
    SecondReview.objects.update(created_at=timezone.now() - timedelta(days=30))
    for _ in range(3):
        send()
    assert not Feedback.objects.exists()
    assert not Decision.objects.free_to_leave().exists()


def test_a_required_reason_does_not_block_another_outcome(alice: Member, bob: Member, as_bob: Client) -> None:
    """ "Other" asks for words; nothing else does."""
    for reason, status in (("other", 422), ("no_violation", 302)):
        share_and_route(alice, value=f"{reason}@example.com")
        review = claims.claim_next(by=bob)
        assert review is not None
        said = {"verdict": "dismissed", "dismissed_reason": reason}
        assert as_bob.post(f"/reviews/{review.pk}/decide/", said).status_code == status
        Review.objects.filter(pk=review.pk, state="open").update(state="closed", holder=None, held_until=None)


def test_success_is_not_shown_when_nothing_happened(alice: Member, bob: Member, as_bob: Client) -> None:
    share_and_route(alice)
    review = claims.claim_next(by=bob)
    assert review is not None
    Review.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    answer = as_bob.post(f"/reviews/{review.pk}/decide/", {"verdict": "dismissed", "dismissed_reason": "no_violation"})
    assert answer.status_code == 409
    for page in (answer, as_bob.get("/reviews/")):
        assert "Saved." not in page.content.decode()
    assert not Decision.objects.exists()


def test_a_claim_whose_owner_died_comes_back_with_a_record(alice: Member, bob: Member) -> None:
    """No process, browser or session has to say goodbye: the lease ends on the database's clock."""
    share_and_route(alice)
    review = claims.claim_next(by=bob)
    assert review is not None
    Review.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert (claims.release_expired(), claims.release_expired()) == (1, 0)
    given_back = AuditEvent.objects.get(event="review.released")
    assert (given_back.target_id, given_back.details["why"]) == (str(review.pk), "expired")
    ben = add_team_member(bob.participant, "ben", Role.ANALYST)
    assert signed_in(ben.user).post("/reviews/next/")["Location"] == f"/reviews/{review.pk}/"
