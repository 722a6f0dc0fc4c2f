"""A second pair of eyes: who, when, blind, and what leaves only afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client, override_settings
from django.utils import timezone

from participants.models import Member, Role
from reviews import claims
from reviews.agreement import cohens_kappa
from reviews.deciding import Conclusion, ReasonMissing, record_decision
from reviews.models import Decision, Feedback, Notification, SecondReview
from reviews.notices import undone
from reviews.reopening import reopen
from reviews.second_reviews import (
    NotYetVoted,
    SecondTaken,
    agree,
    change,
    no_second_for,
    return_to_first,
    take,
    vote,
)
from reviews.team_figures import second_looks
from reviews.undoing import undo
from signals.tightening import tighten
from signals.withdrawing import withdraw
from tests.reviews.following import ACTIONED, decide, dismissed, let_time_pass, practise, send, voted
from tests.world import add_team_member, share_and_route, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def bea(bob: Member) -> Member:
    """Bob's colleague."""
    return add_team_member(bob.participant, "bea", Role.ANALYST)


@pytest.fixture
def second(alice: Member, bob: Member, bea: Member) -> SecondReview:
    """A second look at what Bob actioned, with a secret in his reason."""
    practise(bob, outcomes=["actioned"])
    decide(bob, alice, {**ACTIONED, "reason": "zyxfirst", "policy": "zyxpolicy"})
    let_time_pass()
    return SecondReview.objects.get()


def test_the_first_reviewer_never_gets_it(second: SecondReview, bob: Member, as_bob: Client) -> None:
    assert not SecondReview.objects.due_for(bob).exists()
    with pytest.raises(SecondTaken):
        take(second, by=bob)
    for address, method in (("", "get"), ("take/", "post"), ("vote/", "post"), ("agree/", "post")):
        assert getattr(as_bob, method)(f"/reviews/second/{second.pk}/{address}").status_code == 404


def test_the_database_refuses_the_first_reviewer(second: SecondReview, bob: Member, bea: Member) -> None:
    rows = SecondReview.objects.filter(pk=second.pk)
    with pytest.raises(IntegrityError, match="never_by_the_first"), transaction.atomic():
        rows.update(second_by=bob)
    with pytest.raises(IntegrityError, match="knows_who_decided_first"), transaction.atomic():
        rows.update(first_by=bea, second_by=bob)


def test_the_vote_is_blind(second: SecondReview, bea: Member) -> None:
    """Nothing of the first decision is in any page before the vote, and all of it afterwards."""
    browser = signed_in(bea.user)
    address = f"/reviews/second/{second.pk}/"
    before = [browser.get("/reviews/second/").content.decode(), browser.get(address).content.decode()]
    assert browser.post(f"{address}take/").status_code == 302
    before.append(browser.get(address).content.decode())
    before.append(browser.post(f"{address}reveal/").content.decode())
    before.append(browser.post(f"{address}vote/", {"verdict": "dismissed"}).content.decode())
    for page in before:
        assert "zyxfirst" not in page
        assert "zyxpolicy" not in page
        assert "Bob" not in page
        assert "account disabled" not in page
    # The page of the review, which shows the decision, leads to the vote.
    assert browser.get(f"/reviews/{second.review_id}/")["Location"] == address
    assert browser.post(f"{address}agree/").status_code == 409
    assert browser.post(f"{address}vote/", {"verdict": "actioned"}).status_code == 302
    after = browser.get(address).content.decode()
    assert "zyxfirst" in after
    assert "Bob" in after


def test_nobody_reads_a_decision_whose_second_look_is_due(second: SecondReview, bea: Member, as_bob: Client) -> None:
    """Nor on the page of the review, nor beside a related one; the first reviewer and, afterwards, everybody does."""
    browser, address = signed_in(bea.user), f"/reviews/{second.review_id}/"
    told = browser.get(address).content.decode()
    assert "zyxfirst" not in told
    assert "account disabled" not in told
    assert "Take the second look" in told
    assert "zyxfirst" in as_bob.get(address).content.decode()
    agree(voted(second, bea, ACTIONED), by=bea)
    assert "zyxfirst" in browser.get(address).content.decode()


def test_the_record_says_that_something_was_decided_and_not_what(
    second: SecondReview, alice: Member, bob: Member
) -> None:
    lead = signed_in(add_team_member(bob.participant, "lee", Role.LEAD).user)
    last = decide(bob, alice, ACTIONED, value="another@example.com")
    undo(last, by=bob)
    told = lead.get("/record/").content.decode() + lead.post("/record/export/").content.decode()
    assert "review.decided" in told
    assert "review.undone" in told
    assert str(second.decision_id) in told
    assert "verdict" not in told
    assert "accounts_disabled" not in told


def test_who_has_read_it_goes_on_with_her_vote_and_never_votes_again(
    second: SecondReview, bea: Member, bob: Member
) -> None:
    """Bea votes, and her time runs out: she goes on. When Carl took over and lost it as well, she is out of it."""
    carl = add_team_member(bob.participant, "carl")
    lapsed = {"held_until": timezone.now() - timedelta(seconds=1)}
    voted(second, bea, ACTIONED)
    SecondReview.objects.update(**lapsed)
    assert take(second, by=bea).state == "voted"
    SecondReview.objects.update(**lapsed)
    assert take(second, by=carl).state == "due"
    vote(second, verdict="dismissed", dismissal="no_violation", by=carl)
    SecondReview.objects.update(**lapsed)
    with pytest.raises(SecondTaken):
        take(second, by=bea)
    assert not SecondReview.objects.due_for(bea).exists()
    changes: list[dict[str, Any]] = [{"second_by": bea}, {"read_by": []}]
    for change_of in changes:
        with pytest.raises(IntegrityError, match=r"nobody_who_read|forgets_no_reader"), transaction.atomic():
            SecondReview.objects.update(**change_of)


def test_nothing_is_concluded_before_the_vote(second: SecondReview, bea: Member) -> None:
    take(second, by=bea)
    with pytest.raises(NotYetVoted):
        agree(second, by=bea)
    with pytest.raises(NotYetVoted):
        return_to_first(second, words="look again", by=bea)
    with pytest.raises(NotYetVoted):
        change(second, Conclusion(**dismissed()), by=bea)
    with pytest.raises(IntegrityError, match="votes_before_it_sees"), transaction.atomic():
        SecondReview.objects.filter(pk=second.pk).update(
            state="done", conclusion="agree", concluded_at=timezone.now(), verdict=""
        )


def test_a_vote_stays_as_it_was_given(second: SecondReview, bea: Member) -> None:
    voted(second, bea, dismissed())
    with pytest.raises(SecondTaken):
        vote(second, verdict="actioned", by=bea)
    with pytest.raises(IntegrityError, match="vote_stays_as_given"), transaction.atomic():
        SecondReview.objects.filter(pk=second.pk).update(verdict="actioned", dismissal="")
    assert SecondReview.objects.get().dismissal == "no_violation"


def test_a_vote_is_a_verdict_with_what_belongs_to_it(second: SecondReview, bea: Member) -> None:
    take(second, by=bea)
    for said in ({"verdict": "dismissed"}, {"verdict": "actioned", "dismissal": "other"}):
        with pytest.raises(ReasonMissing):
            vote(second, **said, by=bea)


def test_agreeing_lets_the_decision_stand(second: SecondReview, bea: Member) -> None:
    agree(voted(second, bea, ACTIONED), by=bea, words="seen the same")
    done = SecondReview.objects.get()
    assert (done.state, done.conclusion, done.words, done.second_by) == ("done", "agree", "seen the same", bea)
    assert Decision.objects.count() == 1
    with pytest.raises(SecondTaken):
        agree(second, by=bea)


def test_changing_puts_another_decision_in_its_place(second: SecondReview, bob: Member, bea: Member) -> None:
    changed = change(voted(second, bea, dismissed()), Conclusion(**dismissed(), reason="another person"), by=bea)
    assert (changed.replaces_id, changed.decided_by) == (second.decision_id, bea)
    # Two people have looked: the changed decision gets no second look of its own, though everything actioned would.
    assert SecondReview.objects.pending().count() == 0
    assert Notification.objects.get(user=bob.user).kind == "changed"
    assert send() == 1
    assert Feedback.objects.get().kind == "wrong"


def test_what_a_second_look_changed_stays_within_when_the_change_is_undone(second: SecondReview, bea: Member) -> None:
    undo(change(voted(second, bea, dismissed()), Conclusion(**dismissed(), reason="another person"), by=bea), by=bea)
    assert Decision.objects.in_force().get() == second.decision
    with override_settings(UNDO_WINDOW=timedelta()):
        assert not Decision.objects.free_to_leave().exists()


def test_changing_to_actioned_is_not_looked_at_a_third_time(alice: Member, bob: Member, bea: Member) -> None:
    practise(bob, outcomes=["actioned", "no_violation"])
    decide(bob, alice, dismissed())
    second = voted(SecondReview.objects.get(), bea, ACTIONED)
    changed = change(second, Conclusion(**ACTIONED), by=bea)
    assert dict(changed.measures.values_list("unit", "count")) == {"accounts_disabled": 1}
    assert not SecondReview.objects.pending().exists()


def test_returning_opens_the_review_for_another_decision(second: SecondReview, bob: Member, bea: Member) -> None:
    with pytest.raises(ReasonMissing):
        return_to_first(voted(second, bea, dismissed()), words="", by=bea)
    return_to_first(second, words="which account?", by=bea)
    assert Notification.objects.get(user=bob.user).kind == "returned"
    review = claims.claim_next(by=bob)
    assert review is not None
    again = record_decision(review, **dismissed(), by=bob)
    assert again.replaces_id == second.decision_id
    assert send() == 1
    assert Feedback.objects.get().kind == "wrong"


def test_two_people_never_have_the_same_second_look(second: SecondReview, bob: Member, bea: Member) -> None:
    cleo = add_team_member(bob.participant, "cleo")
    take(second, by=bea)
    with pytest.raises(SecondTaken):
        take(second, by=cleo)
    assert not SecondReview.objects.due_for(cleo).exists()


def test_whoever_takes_over_votes_oneself(second: SecondReview, bob: Member, bea: Member) -> None:
    cleo = add_team_member(bob.participant, "cleo")
    voted(second, bea, dismissed())
    SecondReview.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(SecondTaken):
        agree(second, by=bea)
    take(second, by=cleo)
    assert SecondReview.objects.get().verdict == ""
    with pytest.raises(NotYetVoted):
        agree(second, by=cleo)


def test_it_waits_until_the_decision_cannot_be_undone(alice: Member, bob: Member, bea: Member) -> None:
    practise(bob, sample=100)
    decision = decide(bob, alice)
    assert not SecondReview.objects.due_for(bea).exists()
    undone.send(sender=Decision, review=decision.review, decision=decision, by=bob)
    let_time_pass()
    assert SecondReview.objects.get().state == "void"
    assert not SecondReview.objects.due_for(bea).exists()


def test_whoever_is_late_is_told(second: SecondReview, bob: Member, bea: Member) -> None:
    """The review was opened again while Bea had the page before her."""
    voted(second, bea, dismissed())
    browser, address = signed_in(bea.user), f"/reviews/second/{second.pk}/"
    reopen(second.review, decision_id=second.decision_id, reason="mistake", by=bob)
    answer = browser.post(f"{address}agree/", {"words": "as I read it"})
    assert answer.status_code == 409
    assert "the review was opened again" in answer.content.decode()
    with pytest.raises(SecondTaken):
        vote(second, verdict="actioned", by=bea)


def test_whoever_comes_after_the_end_is_told(
    second: SecondReview, bea: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended between the opening of the page's second look and the agreeing."""
    voted(second, bea, dismissed())

    def too_late(*_: Any, **__: Any) -> None:
        no_second_for(second.decision)
        raise SecondTaken

    monkeypatch.setattr("reviews.second_reviews.agree", too_late)
    answer = signed_in(bea.user).post(f"/reviews/second/{second.pk}/agree/", {"words": ""}, follow=True)
    assert answer.redirect_chain == [("/reviews/second/", 302)]
    assert "This second look is over" in answer.content.decode()


def test_it_ends_with_its_signal(second: SecondReview, alice: Member, bea: Member) -> None:
    withdraw(second.review.signal.contributions.get(), reason="mistake", by=alice)
    assert SecondReview.objects.get().state == "void"
    with pytest.raises(SecondTaken):
        take(second, by=bea)


def test_what_is_over_stays_over_in_the_database(second: SecondReview, bea: Member) -> None:
    agree(voted(second, bea, ACTIONED), by=bea)
    with pytest.raises(IntegrityError, match="stays_over"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reviews_secondreview SET state = 'due', conclusion = '', concluded_at = NULL WHERE id = %s",
            [second.pk],
        )


def test_another_company_finds_no_second_look(second: SecondReview, as_alice: Client) -> None:
    assert as_alice.get(f"/reviews/second/{second.pk}/").status_code == 404
    assert as_alice.post(f"/reviews/second/{second.pk}/take/").status_code == 404


def test_the_whole_way_by_page(second: SecondReview, bea: Member) -> None:
    browser, address = signed_in(bea.user), f"/reviews/second/{second.pk}/"
    browser.post(f"{address}take/")
    browser.post(f"{address}vote/", {"verdict": "dismissed", "dismissed_reason": "wrong_identity"})
    assert browser.post(f"{address}return/", {"words": ""}).status_code == 422
    assert browser.post(f"{address}change/", {"verdict": "actioned"}).status_code == 422
    typed = {"verdict": "dismissed", "dismissed_reason": "wrong_identity"}
    assert browser.post(f"{address}change/", typed)["Location"] == "/reviews/second/"
    assert Decision.objects.get(replaces__isnull=False).dismissal == "wrong_identity"
    assert browser.get(address).status_code == 200


def test_the_mark_of_ones_own_company_stands_on_the_page(second: SecondReview, bob: Member, bea: Member) -> None:
    browser, address = signed_in(bea.user), f"/reviews/second/{second.pk}/"
    assert "TLP:RED" not in browser.get(address).content.decode()
    tighten(second.review.signal, tlp=4, by=bob)
    assert "TLP:RED" in browser.get(address).content.decode()


KAPPAS: list[tuple[list[tuple[str, str]], float | None]] = [
    ([], None),
    ([("a", "a"), ("a", "a")], None),
    ([("a", "a"), ("b", "b")], 1.0),
    ([("a", "b"), ("b", "a")], -1.0),
    ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
    # The textbook's 2 by 2 table of 20, 5, 10 and 15: observed 0.7, expected 0.5.
    ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
]


@pytest.mark.parametrize(("pairs", "kappa"), KAPPAS)
def test_cohens_kappa(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    assert cohens_kappa(pairs) == (kappa if kappa is None else pytest.approx(kappa))


def test_leads_see_how_second_looks_went(second: SecondReview, alice: Member, bob: Member, bea: Member) -> None:
    agree(voted(second, bea, ACTIONED), by=bea)
    share_and_route(alice, value="other@example.com")
    looks = second_looks(bob.participant_id)
    assert (looks.done, looks.agreed, looks.same_vote, looks.waiting, looks.kappa) == (1, 1, 1, 0, None)
