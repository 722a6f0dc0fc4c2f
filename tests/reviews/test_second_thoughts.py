"""Undo, open again, appeal: by page and by service."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from audit.models import AuditEvent
from participants.models import Member
from reviews import claims
from reviews.appeals import NothingToAppeal, TooEarly, record_appeal
from reviews.deciding import record_decision
from reviews.models import Appeal, Decision, Reopening, Review, SecondReview, UndoneDecision
from reviews.notices import appealed, undone
from reviews.reopening import reopen
from reviews.second_reviews import agree
from tests.reviews.following import ACTIONED, dismissed, practise, voted
from tests.world import add_team_member, share, share_and_route, signed_in

pytestmark = pytest.mark.django_db

DISMISSED = {"verdict": "dismissed", "dismissed_reason": "no_violation"}


@pytest.fixture
def review(alice: Member, bob: Member) -> Review:
    """A review that Bob holds."""
    share_and_route(alice)
    return claims.claim(Review.objects.get(participant=bob.participant), by=bob)


def _decide(review: Review, by: Member) -> Decision:
    return record_decision(review, verdict="actioned", measures={"accounts_disabled": 1}, policy="2.4", by=by)


def _now(review: Review) -> Review:
    return Review.objects.get(pk=review.pk)


def test_undo_from_another_tab_after_the_first_was_closed(review: Review, bob: Member, as_bob: Client) -> None:
    """The server holds it: whatever page is opened next offers it."""
    as_bob.post(f"/reviews/{review.pk}/decide/", DISMISSED)
    fresh = signed_in(bob.user)
    assert "You decided a review just now." in fresh.get("/reviews/").content.decode()
    answer = fresh.post("/reviews/undo/")
    assert answer["Location"] == f"/reviews/{review.pk}/"
    assert (_now(review).state, _now(review).holder) == ("open", bob)
    assert (Decision.objects.count(), Decision.objects.in_force().count()) == (1, 0)
    assert "Decided and undone" in fresh.get(f"/reviews/{review.pk}/").content.decode()


def test_undo_is_told_and_what_is_decided_next_names_what_it_replaces(review: Review, bob: Member) -> None:
    heard: list[Any] = []

    def hear(decision: Decision, **_: Any) -> None:
        heard.append(decision.pk)

    undone.connect(hear)
    first = _decide(review, bob)
    assert signed_in(bob.user).post("/reviews/undo/").status_code == 302
    undone.disconnect(hear)
    second = _decide(review, bob)
    assert heard == [first.pk]
    assert second.replaces == first
    assert list(Decision.objects.in_force()) == [second]


def test_it_is_too_late_after_the_window(review: Review, bob: Member, as_bob: Client, settings: Settings) -> None:
    _decide(review, bob)
    settings.UNDO_WINDOW = timedelta(0)
    answer = as_bob.post("/reviews/undo/", follow=True).content.decode()
    assert "It is too late to undo that." in answer
    assert (_now(review).state, UndoneDecision.objects.count()) == ("decided", 0)


def test_a_colleague_undoes_nothing(review: Review, bob: Member) -> None:
    dana = add_team_member(bob.participant, "dana")
    _decide(review, bob)
    assert "too late" in signed_in(dana.user).post("/reviews/undo/", follow=True).content.decode()
    assert _now(review).state == "decided"


def test_an_override_leaves_a_record_and_the_page_says_who_decided_first(
    review: Review, bob: Member, as_bob: Client
) -> None:
    """Named after two bugs of others: an override leaves no record; the page does not say who decided first."""
    first = _decide(review, bob)
    dana = add_team_member(bob.participant, "dana")
    browser = signed_in(dana.user)
    said = {"decision_id": str(first.pk), "reason": "other", "words": "a second account was found"}
    assert browser.post(f"/reviews/{review.pk}/reopen/", said).status_code == 302
    assert (_now(review).state, _now(review).holder) == ("open", dana)
    assert Reopening.objects.get().decision == first
    assert list(Decision.objects.in_force()) == [first]
    browser.post(f"/reviews/{review.pk}/decide/", {"verdict": "dismissed", "dismissed_reason": "wrong_identity"})
    second = Decision.objects.in_force().get()
    assert second.replaces == first
    stands, before = as_bob.get(f"/reviews/{review.pk}/").content.decode().split("<h3>Before</h3>")
    assert "Dana, " in stands
    assert "Bob, " in before
    events = AuditEvent.objects.filter(target_id=str(review.pk)).exclude(event="review.claimed").order_by("id")
    assert [event.event for event in events] == ["review.decided", "review.reopened", "review.decided"]


def test_another_reason_wants_words(review: Review, bob: Member, as_bob: Client) -> None:
    first = _decide(review, bob)
    answer = as_bob.post(f"/reviews/{review.pk}/reopen/", {"decision_id": str(first.pk), "reason": "other"})
    assert (answer.status_code, _now(review).state) == (422, "decided")
    page = answer.content.decode()
    assert '<a href="#reopen_words">' in page
    assert 'id="reopen_words_error"' in page
    assert re.search(r'<input[^>]* value="other"[^>]* checked', page)
    assert '<details class="guidance" open>' in page


def test_the_forms_after_a_decision_have_ids_of_their_own(
    review: Review, bob: Member, as_bob: Client, settings: Settings
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    first = _decide(review, bob)
    said = {"decision_id": str(first.pk), "outcome": "perhaps", "words": "they wrote twice"}
    for page in (as_bob.get(f"/reviews/{review.pk}/"), as_bob.post(f"/reviews/{review.pk}/appeal/", said)):
        ids = re.findall(r' id="([^"]+)"', page.content.decode())
        assert {"reopen_words", "appeal_words"} <= set(ids)
        assert len(ids) == len(set(ids))
    assert (page.status_code, "they wrote twice" in page.content.decode()) == (422, True)


def test_who_is_too_late_to_open_it_again_keeps_the_words(review: Review, bob: Member, as_bob: Client) -> None:
    """Beside the review while a colleague has it open, in the form again once another decision stands."""
    first = _decide(review, bob)
    dana = add_team_member(bob.participant, "dana")
    reopen(review, decision_id=first.pk, reason="mistake", by=dana)
    said = {"decision_id": str(first.pk), "reason": "new_information", "words": "a second account"}
    beside = as_bob.post(f"/reviews/{review.pk}/reopen/", said)
    second = _decide(review, dana)
    within = as_bob.post(f"/reviews/{review.pk}/reopen/", said)
    for answer, place in ((beside, "What you had filled in"), (within, '<details class="guidance" open>')):
        page = answer.content.decode()
        assert answer.status_code == 409
        for kept in ("the decision you saw does not stand any more", place, "There is new information", "a second acc"):
            assert kept in page
    assert f'name="decision_id" value="{second.pk}"' in page


def test_who_holds_too_many_keeps_the_words(review: Review, bob: Member, as_bob: Client, settings: Settings) -> None:
    first = _decide(review, bob)
    settings.CLAIMS_PER_MEMBER = 0
    said = {"decision_id": str(first.pk), "reason": "mistake", "words": "a second account"}
    page = as_bob.post(f"/reviews/{review.pk}/reopen/", said).content.decode()
    assert "as many reviews as one may" in page
    assert "a second account" in page


def test_two_who_reopen_the_same_decision_collide_with_409(review: Review, bob: Member) -> None:
    first = _decide(review, bob)
    dana = add_team_member(bob.participant, "dana")
    said = {"decision_id": str(first.pk), "reason": "mistake"}
    assert signed_in(dana.user).post(f"/reviews/{review.pk}/reopen/", said).status_code == 302
    answer = signed_in(bob.user).post(f"/reviews/{review.pk}/reopen/", said)
    assert answer.status_code == 409
    assert "Dana holds this review" in answer.content.decode()
    assert Reopening.objects.count() == 1


def test_two_who_decide_see_both_versions(review: Review, bob: Member, as_bob: Client) -> None:
    """Success is shown and nothing happened: never here."""
    dana = add_team_member(bob.participant, "dana")
    claims.take_back(review, by=dana)
    claims.claim(review, by=dana)
    record_decision(review, verdict="dismissed", dismissal="out_of_date", reason="an old name", by=dana)
    mine = {"verdict": "actioned", "accounts_disabled": "3", "policy": "2.4", "reason": "three accounts of one person"}
    answer = as_bob.post(f"/reviews/{review.pk}/decide/", mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Dana decided it meanwhile; below are both versions." in page
    assert "three accounts of one person" in page
    assert "an old name" in page
    assert "Saved." not in page
    assert Decision.objects.count() == 1


def test_an_appeal_is_written_down_once_and_told(
    review: Review, bob: Member, as_bob: Client, settings: Settings
) -> None:
    heard: list[str] = []

    def hear(appeal: Appeal, **_: Any) -> None:
        heard.append(appeal.outcome)

    appealed.connect(hear)
    decision = _decide(review, bob)
    said = {"decision_id": str(decision.pk), "outcome": "reversed", "words": "the account was taken over"}
    as_bob.post(f"/reviews/{review.pk}/appeal/", said)
    assert Appeal.objects.count() == 0  # it can still be undone
    settings.UNDO_WINDOW = timedelta(0)
    as_bob.post(f"/reviews/{review.pk}/appeal/", said)
    as_bob.post(f"/reviews/{review.pk}/appeal/", {**said, "outcome": "upheld"})
    appealed.disconnect(hear)
    assert (Appeal.objects.get().outcome, heard) == ("reversed", ["reversed"])
    assert "reversed: the decision was wrong" in as_bob.get(f"/reviews/{review.pk}/").content.decode()


def test_an_appeal_waits_until_the_decision_cannot_be_undone(
    review: Review, bob: Member, as_bob: Client, settings: Settings
) -> None:
    decision, address = _decide(review, bob), f"/reviews/{review.pk}/"
    said = {"decision_id": str(decision.pk), "outcome": "upheld", "words": "they wrote twice"}
    assert "Follow up an appeal" not in as_bob.get(address).content.decode()
    answer = as_bob.post(f"{address}appeal/", said)
    assert answer.status_code == 409
    for told in ("once the decision can no longer be undone", "they wrote twice"):
        assert told in answer.content.decode()
    settings.UNDO_WINDOW = timedelta(0)
    assert "Follow up an appeal" in as_bob.get(address).content.decode()


@pytest.mark.parametrize("said", [ACTIONED, dismissed()])
def test_an_appeal_tells_nobody_what_a_second_look_waits_for(
    said: dict[str, Any], review: Review, bob: Member, as_bob: Client, settings: Settings
) -> None:
    """Neither the record nor the answer says what was decided, as long as somebody is still to vote on it."""
    settings.UNDO_WINDOW = timedelta(0)
    practise(bob, sample=100)
    bea = add_team_member(bob.participant, "bea")
    decision = record_decision(review, **said, by=bob)
    with pytest.raises(TooEarly):
        record_appeal(decision, outcome="upheld", by=bea)
    assert "Follow up an appeal" not in as_bob.get(f"/reviews/{review.pk}/").content.decode()
    agree(voted(SecondReview.objects.get(), bea, said), by=bea)
    offered = "Follow up an appeal" in as_bob.get(f"/reviews/{review.pk}/").content.decode()
    assert offered == (said == ACTIONED)
    if offered:
        record_appeal(decision, outcome="upheld", by=bea)


def test_nothing_was_done_so_nothing_is_appealed(alice: Member, bob: Member, settings: Settings) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    share(alice)
    share_and_route(alice, value="other@example.com")
    review = claims.claim_next(by=bob)
    assert review is not None
    decision = record_decision(review, verdict="dismissed", dismissal="no_violation", by=bob)
    with pytest.raises(NothingToAppeal):
        record_appeal(decision, outcome="upheld", by=bob)


def test_report_numbers_are_sealed_and_shown_to_the_company(review: Review, bob: Member, as_bob: Client) -> None:
    said = {"verdict": "actioned", "reports_ncmec": "2", "report_ids": "198765432, 198765433", "policy": "2.4"}
    assert as_bob.post(f"/reviews/{review.pk}/decide/", said).status_code == 302
    decision = Decision.objects.get()
    assert decision.shown_report_ids == ["198765432", "198765433"]
    assert decision.report_ids is not None
    assert b"198765432" not in bytes(decision.report_ids)
    assert "198765432 198765433" in as_bob.get(f"/reviews/{review.pk}/").content.decode()
