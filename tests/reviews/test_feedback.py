"""What leaves for contributors: when, to whom, and what it does not say."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Letter
from lantern.lib.tenancy import Scope, acting
from participants.models import Member, SharingGroup
from reviews import feedback, notifying
from reviews.appeals import record_appeal
from reviews.claims import claim_next
from reviews.deciding import record_decision
from reviews.models import (
    Decision,
    Feedback,
    FeedbackMessage,
    GivenFeedback,
    Notification,
    OutgoingFeedback,
    Review,
    SecondReview,
)
from reviews.notices import undone
from reviews.second_reviews import agree
from reviews.threads import MOST_MESSAGES, NamesSomebody, ThreadClosed, identifier_in, write
from signals.models import Signal
from signals.withdrawing import withdraw
from tests.reviews.following import ACTIONED, decide, dismissed, practise, send, voted
from tests.world import add_company, add_team_member, share, share_and_route, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_sample(bob: Member) -> None:
    practise(bob)


def _member_rows(member: Member, table: str) -> int:
    scope = acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)
    with scope, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


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


def test_words_of_ones_own_take_back_what_was_told(alice: Member, bob: Member, as_alice: Client) -> None:
    decide(bob, alice)
    send()
    told = Feedback.objects.get().pk
    Review.objects.update(state="open")
    review = claim_next(by=bob)
    assert review is not None
    record_decision(review, verdict="dismissed", dismissal="other", reason="for us", by=bob)
    send()
    assert not Feedback.objects.standing().exists()
    assert as_alice.get(f"/reviews/feedback/{told}/").status_code == 404


def test_the_contributor_sees_its_feedback_and_not_the_review_behind(
    alice: Member, bob: Member, as_alice: Client
) -> None:
    decide(bob, alice, {**ACTIONED, "reason": "zyxreason"})
    send()
    assert _member_rows(alice, "reviews_feedback") == 1
    for table in ("reviews_givenfeedback", "reviews_outgoingfeedback", "reviews_review", "reviews_decision"):
        assert _member_rows(alice, table) == 0, table
        assert _member_rows(bob, table) == 1, table
    assert _member_rows(bob, "reviews_feedback") == 0
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


@pytest.fixture
def asked(alice: Member, bob: Member) -> Feedback:
    """Bob's company wants to know more about what Alice shared."""
    decide(bob, alice, dismissed("not_enough_information"))
    send()
    return Feedback.objects.get()


NAMED = [
    "write to mira@example.com",
    "mira (at) example (dot) com",
    "mira[@]example[.]com",
    "ｍira@ｅxample.com",
    "see https://talk.test/x",
    "hxxps://talk[.]test",
    "it was on talk.test/room",
    "www.talk",
    "call +44 20 7946 0123",
    "call 202-555-0147",
    "(202) 555 0147",
    "number 02079460123",
    "0 2 0 7 9 4 6 0 1 2 3",
]
PLAIN = [
    "Which of your services was it on?",
    "We saw 14 accounts in May. Were there more?",
    "Was it version 2.1, e.g. the older one?",
    "Between 2026-03-04 and 2026-03-09.",
    "Rule 3.1 or rule 7?",
]


@pytest.mark.parametrize("words", NAMED)
def test_words_with_an_identifier_are_refused(words: str, asked: Feedback, bob: Member, as_bob: Client) -> None:
    assert identifier_in(words)
    with pytest.raises(NamesSomebody):
        write(asked.pk, words, by=bob)
    assert as_bob.post(f"/reviews/feedback/{asked.pk}/write/", {"words": words}).status_code == 422
    assert not FeedbackMessage.objects.exists()


@pytest.mark.parametrize("words", PLAIN)
def test_plain_words_pass(words: str) -> None:
    assert identifier_in(words) == ""


def test_a_thread_goes_both_ways_and_names_nobody(
    asked: Feedback, alice: Member, bob: Member, as_alice: Client, as_bob: Client
) -> None:
    address = f"/reviews/feedback/{asked.pk}/"
    assert as_bob.post(f"{address}write/", {"words": "Which service?"}).status_code == 302
    assert Notification.objects.get(kind="message").user == alice.user
    assert as_alice.post(f"{address}write/", {"words": "The older one."}).status_code == 302
    for browser, other in ((as_alice, "Bob"), (as_bob, "Alice")):
        page = browser.get(address).content.decode()
        assert "Which service?" in page
        assert "The older one." in page
        assert other not in page
    assert not [each for each in FeedbackMessage.objects.all() if b"service" in bytes(each.words)]
    assert _member_rows(alice, "reviews_feedbackmessage") == _member_rows(bob, "reviews_feedbackmessage") == 2


def test_a_third_company_reads_and_writes_nothing(asked: Feedback, bob: Member, charlie: Member) -> None:
    write(asked.pk, "Which service?", by=bob)
    browser = signed_in(charlie.user)
    assert browser.get(f"/reviews/feedback/{asked.pk}/").status_code == 404
    assert browser.post(f"/reviews/feedback/{asked.pk}/write/", {"words": "hello"}).status_code == 404
    with pytest.raises(ThreadClosed):
        write(asked.pk, "hello", by=charlie)
    for table in ("reviews_feedback", "reviews_givenfeedback", "reviews_feedbackmessage"):
        assert _member_rows(charlie, table) == 0


def test_a_thread_is_short_and_only_where_more_is_wanted(asked: Feedback, alice: Member, bob: Member) -> None:
    for number in range(MOST_MESSAGES):
        write(asked.pk, f"Question {number}", by=bob)
    with pytest.raises(ThreadClosed):
        write(asked.pk, "one more", by=bob)
    write(asked.pk, "the other side still may", by=alice)
    decide(bob, alice, value="other@example.com")
    send()
    helped = Feedback.objects.get(kind="helped")
    with pytest.raises(ThreadClosed):
        write(helped.pk, "thanks", by=alice)


def test_notifications_are_ones_own_and_are_read_once(
    asked: Feedback, alice: Member, amir: Member, as_alice: Client
) -> None:
    assert "Notifications (1)" in as_alice.get("/").content.decode()
    note = Notification.objects.get()
    with acting(Scope.MEMBER, participant_id=amir.participant_id, user_id=amir.user_id):
        assert not Notification.objects.exists()
    assert signed_in(amir.user).post(f"/reviews/notifications/{note.pk}/follow/").status_code == 404
    answer = as_alice.post(f"/reviews/notifications/{note.pk}/follow/")
    assert answer["Location"] == f"/reviews/feedback/{asked.pk}/"
    assert "Notifications (" not in as_alice.get("/").content.decode()


def test_all_are_marked_as_read(asked: Feedback, as_alice: Client) -> None:
    as_alice.post("/reviews/notifications/read/")
    assert not Notification.objects.unread().exists()


def test_what_one_does_not_want_is_not_told(alice: Member, bob: Member, as_alice: Client) -> None:
    as_alice.post("/reviews/notifications/choices/", {"wanted": ["message"], "digest": "never"})
    decide(bob, alice)
    send()
    assert Feedback.objects.count() == 1
    assert not Notification.objects.exists()


def test_a_digest_counts_once_and_holds_no_identifier(asked: Feedback, alice: Member, bob: Member) -> None:
    write(asked.pk, "Which service?", by=bob)
    write(asked.pk, "And since when?", by=bob)
    assert notifying.write_digests() == 1
    assert notifying.write_digests() == 0
    rendered = Letter.objects.get(name="work_digest", user=alice.user).opened()
    assert "Another company gave feedback" in rendered.text
    assert "mira" not in rendered.text + rendered.html
    assert "Which service" not in rendered.text + rendered.html
    decide(bob, alice, value="later@example.com")
    send()
    assert notifying.write_digests() == 0
    Notification.objects.filter(mailed_at__isnull=False).update(mailed_at="2020-01-01T00:00:00Z")
    assert notifying.write_digests() == 1


def test_those_who_want_none_do_not_keep_a_digest_from_others(
    asked: Feedback, as_alice: Client, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_alice.post("/reviews/notifications/choices/", {"wanted": ["feedback"], "digest": "never"})
    notifying.notify([bob], "touched", asked.pk)
    assert Notification.objects.unread().values("user").distinct().count() == 2
    monkeypatch.setattr(notifying, "SLICE", 1)
    assert notifying.write_digests() == 1
    assert Letter.objects.get(name="work_digest").user == bob.user


def test_who_wants_no_digest_gets_none(asked: Feedback, as_alice: Client) -> None:
    as_alice.post("/reviews/notifications/choices/", {"wanted": ["feedback"], "digest": "never"})
    assert notifying.write_digests() == 0
    assert not Letter.objects.filter(name="work_digest").exists()
