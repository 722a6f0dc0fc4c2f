"""The few words that two companies exchange about a signal, and what may not stand in them."""

import pytest
from django.test import Client

from participants.models import Member
from reviews.deciding import record_decision
from reviews.models import Decision, Feedback, FeedbackMessage, Notification
from reviews.reopening import reopen
from reviews.threads import MOST_MESSAGES, NamesSomebody, ThreadClosed, identifier_in, write
from tests.reviews.following import decide, rows_for, send
from tests.world import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_sample")]


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
    assert rows_for(alice, "reviews_feedbackmessage") == rows_for(bob, "reviews_feedbackmessage") == 2


def test_a_third_company_reads_and_writes_nothing(asked: Feedback, bob: Member, charlie: Member) -> None:
    write(asked.pk, "Which service?", by=bob)
    browser = signed_in(charlie.user)
    assert browser.get(f"/reviews/feedback/{asked.pk}/").status_code == 404
    assert browser.post(f"/reviews/feedback/{asked.pk}/write/", {"words": "hello"}).status_code == 404
    with pytest.raises(ThreadClosed):
        write(asked.pk, "hello", by=charlie)
    for table in ("reviews_feedback", "reviews_givenfeedback", "reviews_feedbackmessage"):
        assert rows_for(charlie, table) == 0


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


def test_a_message_that_comes_too_late_stays_on_the_page(
    asked: Feedback, alice: Member, bob: Member, as_alice: Client, as_bob: Client
) -> None:
    """On either side, whether the thread is full or the question was taken back."""
    address = f"/reviews/feedback/{asked.pk}/write/"
    for number in range(MOST_MESSAGES):
        write(asked.pk, f"Question {number}", by=bob)
    late = [as_bob.post(address, {"words": "one more word"})]
    decision = Decision.objects.get()
    review = reopen(decision.review, decision_id=decision.pk, reason="mistake", by=bob)
    record_decision(review, verdict="dismissed", dismissal="other", reason="for us", by=bob)
    send()
    late += [browser.post(address, {"words": "one more word"}) for browser in (as_alice, as_bob)]
    for answer in late:
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "takes no more messages" in page
        assert "one more word" in page
    assert 'name="words"' not in as_bob.get(f"/reviews/feedback/{asked.pk}/").content.decode()
