"""What leaves for contributors: when, to whom, and what it does not say."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from participants.models import Member, SharingGroup
from reviews import feedback
from reviews.appeals import record_appeal
from reviews.claims import claim_next
from reviews.deciding import record_decision
from reviews.models import Decision, Feedback, GivenFeedback, Notification, OutgoingFeedback, Review, SecondReview
from reviews.notices import undone
from reviews.second_reviews import agree
from signals.models import Signal
from signals.withdrawing import withdraw
from tests.reviews.following import ACTIONED, decide, dismissed, practise, rows_for, send, voted
from tests.world import add_company, add_team_member, share, share_and_route

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_sample")]


TOLD = [
    ("actioned", "helped"),
    ("already_known", "helped"),
    ("not_on_platform", "not_on_platform"),
    ("no_violation", "wrong"),
    ("wrong_identity", "wrong"),
    ("out_of_date", "out_of_date"),
    ("not_enough_information", "want_more"),
]


@pytest.mark.parametrize(("outcome", "kind"), TOLD)
def test_each_outcome_tells_the_contributor_one_thing(outcome: str, kind: str, alice: Member, bob: Member) -> None:
    decide(bob, alice, ACTIONED if outcome == "actioned" else dismissed(outcome))
    assert send() == 1
    told = Feedback.objects.get()
    assert (told.kind, told.participant, told.company) == (kind, alice.participant, None)


def test_nothing_leaves_while_a_decision_can_be_undone(alice: Member, bob: Member) -> None:
    decision = decide(bob, alice)
    assert feedback.send_due() == 0
    undone.send(sender=Decision, review=decision.review, decision=decision, by=bob)
    assert send() == 0
    assert not Feedback.objects.exists()
    assert OutgoingFeedback.objects.get().state == "void"


def test_nothing_leaves_before_the_second_has_spoken(alice: Member, bob: Member) -> None:
    practise(bob, sample=100)
    bea = add_team_member(bob.participant, "bea")
    decide(bob, alice)
    assert send() == 0
    second = voted(SecondReview.objects.get(), bea, dismissed())
    assert send() == 0
    assert not Feedback.objects.exists()
    agree(second, by=bea)
    assert send() == 1
    assert Feedback.objects.get().kind == "helped"


def test_sending_twice_tells_once(alice: Member, bob: Member) -> None:
    decide(bob, alice)
    outgoing = OutgoingFeedback.objects.get().pk
    assert send() == 1
    assert send() == 0
    assert not feedback._send(outgoing)
    assert (Feedback.objects.count(), Notification.objects.count()) == (1, 1)


def test_every_contributor_is_told_about_its_own_contribution(alice: Member, bob: Member) -> None:
    dana = add_team_member(add_company("pixelforge"), "dana")
    share(dana)
    decide(bob, alice)
    send()
    told = {each.participant_id: each.contribution.participant_id for each in Feedback.objects.all()}
    assert told == {member.participant_id: member.participant_id for member in (alice, dana)}


def test_another_decision_changes_what_was_told(alice: Member, bob: Member) -> None:
    first = decide(bob, alice)
    send()
    Review.objects.update(state="open")
    review = claim_next(by=bob)
    assert review is not None
    assert record_decision(review, **dismissed("out_of_date"), by=bob).replaces == first
    assert Feedback.objects.get().kind == "helped"
    send()
    assert (Feedback.objects.get().kind, GivenFeedback.objects.get().kind) == ("out_of_date", "out_of_date")


def test_a_decision_reversed_on_appeal_asks_the_contributor_to_look_again(
    alice: Member, bob: Member, settings: Any
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    decision = decide(bob, alice)
    send()
    assert Feedback.objects.get().kind == "helped"
    record_appeal(decision, outcome="reversed", by=bob)
    assert (send(), send()) == (1, 0)
    assert Feedback.objects.get().kind == "wrong"


def _decide_again(by: Member, **said: Any) -> None:
    Review.objects.update(state="open")
    review = claim_next(by=by)
    assert review is not None
    record_decision(review, **said, by=by)
    send()


def test_words_of_ones_own_take_back_what_was_told(
    alice: Member, bob: Member, as_alice: Client, as_bob: Client
) -> None:
    """On either side, until another decision says something again."""
    decide(bob, alice)
    send()
    address = f"/reviews/feedback/{Feedback.objects.get().pk}/"
    assert "Taken back" not in as_bob.get("/reviews/feedback/given/").content.decode()
    _decide_again(bob, verdict="dismissed", dismissal="other", reason="for us")
    assert not Feedback.objects.standing().exists()
    assert as_alice.get(address).status_code == 404
    for page in ("/reviews/feedback/given/", address):
        assert "Taken back" in as_bob.get(page).content.decode()
    _decide_again(bob, **dismissed("out_of_date"))
    assert Feedback.objects.standing().count() == GivenFeedback.objects.standing().count() == 1


def test_a_notification_of_what_was_taken_back_says_so(alice: Member, bob: Member, as_alice: Client) -> None:
    decide(bob, alice)
    send()
    _decide_again(bob, verdict="dismissed", dismissal="other", reason="for us")
    note = Notification.objects.get(user=alice.user)
    answer = as_alice.post(f"/reviews/notifications/{note.pk}/follow/", follow=True)
    assert answer.status_code == 200
    assert "has been taken back" in answer.content.decode()
    assert not Notification.objects.of(alice.user).unread().exists()


def test_the_contributor_sees_its_feedback_and_not_the_review_behind(
    alice: Member, bob: Member, as_alice: Client
) -> None:
    decide(bob, alice, {**ACTIONED, "reason": "zyxreason"})
    send()
    assert rows_for(alice, "reviews_feedback") == 1
    for table in ("reviews_givenfeedback", "reviews_outgoingfeedback", "reviews_review", "reviews_decision"):
        assert rows_for(alice, table) == 0, table
        assert rows_for(bob, table) == 1, table
    assert rows_for(bob, "reviews_feedback") == 0
    for page in ("/reviews/feedback/", f"/reviews/feedback/{Feedback.objects.get().pk}/"):
        content = as_alice.get(page).content.decode()
        assert "Helped" in content
        assert "A participant" in content
        for hidden in ("Bob", "Harbor", "zyxreason", str(Review.objects.get().pk)):
            assert hidden not in content


def test_companies_are_named_where_the_group_says_so(alice: Member, bob: Member, as_alice: Client) -> None:
    SharingGroup.objects.update(names_reviewers=True)
    decide(bob, alice)
    send()
    content = as_alice.get("/reviews/feedback/").content.decode()
    assert "Harbor" in content
    assert "Bob" not in content
    SharingGroup.objects.update(names_reviewers=False)
    assert "Harbor" not in as_alice.get("/reviews/feedback/").content.decode()


def test_feedback_is_counted_in_sum_and_narrowed_by_kind(alice: Member, bob: Member, as_alice: Client) -> None:
    decide(bob, alice, value="one@example.com")
    decide(bob, alice, dismissed("out_of_date"), value="two@example.com")
    send()
    assert [row["number"] for row in as_alice.get("/reviews/feedback/").context["sums"]] == [1, 0, 0, 1, 0]
    narrowed = as_alice.get("/reviews/feedback/?kind=helped").context
    assert [row["row"].name for row in narrowed["rows"]] == ["helped"]
    assert len(as_alice.get("/reviews/feedback/?kind=nonsense").context["rows"]) == 2


def test_what_was_withdrawn_meanwhile_is_told_nobody(alice: Member, bob: Member) -> None:
    decision = decide(bob, alice)
    withdraw(decision.review.signal.contributions.get(), reason="mistake", by=alice)
    send()
    assert not Feedback.objects.exists()


def test_a_signal_that_one_acted_on_and_another_rejected_is_disputed(
    alice: Member, bob: Member, charlie: Member
) -> None:
    practise(charlie)
    signal = share_and_route(alice)
    for member, said in ((bob, ACTIONED), (charlie, dismissed())):
        review = claim_next(by=member)
        assert review is not None
        assert not Signal.objects.get(pk=signal.pk).is_disputed
        record_decision(review, **said, by=member)
        send()
    assert Signal.objects.get(pk=signal.pk).is_disputed
    touched = Notification.objects.filter(kind="touched").values_list("user", flat=True)
    assert set(touched) == {bob.user_id, charlie.user_id}


def test_a_withdrawn_signal_closes_what_is_open_and_marks_what_is_decided(
    alice: Member, bob: Member, charlie: Member, as_bob: Client
) -> None:
    decision = decide(bob, alice)
    held = claim_next(by=charlie)
    assert held is not None
    withdraw(decision.review.signal.contributions.get(), reason="mistake", by=alice)
    closed = Review.objects.get(pk=held.pk)
    assert (closed.state, closed.holder) == ("closed", None)
    assert Review.objects.get(pk=decision.review_id).state == "decided"
    assert Review.objects.get(pk=decision.review_id).flag == "ended"
    assert Notification.objects.get(kind="touched").user == bob.user
