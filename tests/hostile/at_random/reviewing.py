"""What is done with reviews: routed, claimed, given back, decided, undone, reopened, looked at twice, told about."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from participants.policies import Action
from reviews import claims, second_reviews
from reviews.claims import AlreadyClaimed, ClaimLost, TooManyClaims
from reviews.deciding import Conclusion, record_decision
from reviews.models import Decision, Feedback, Review, SecondReview
from reviews.reopening import Overtaken, reopen
from reviews.routing import route
from reviews.threads import write
from reviews.undoing import TooLate, undo
from tests.hostile.at_random.acting import Acting, picked, picks
from tests.hostile.at_random.model import GROUP_OF, MOST_HELD, DecisionModel, ReviewModel, company_of
from tests.reviews.following import send

OUTCOMES = ("actioned", "no_violation", "not_enough_information", "already_known")
outcomes = st.sampled_from(OUTCOMES)


def said(outcome: str, accounts: int) -> dict[str, Any]:
    """What a decision of that outcome says."""
    if outcome == "actioned":
        return {"verdict": "actioned", "measures": {"accounts_disabled": accounts}}
    return {"verdict": "dismissed", "dismissal": outcome}


class Reviewing(Acting):
    """Rules of reviews."""

    @rule()
    def ring_for_routing(self) -> None:
        route()
        self.portal.route()

    @property
    def free(self) -> list[str]:
        """The companies whose people could take something now."""
        return [company for company in GROUP_OF["all"] if self.portal.free_for(company)]

    @property
    def holders(self) -> list[str]:
        """Who holds something."""
        return sorted({review.holder for review in self.portal.reviews.values() if review.holder})

    @property
    def decided(self) -> list[ReviewModel]:
        """The reviews that somebody decided once."""
        return [review for review in self.portal.reviews.values() if review.decisions]

    @precondition(lambda self: self.free)
    @rule(pick=picks, outcome=outcomes, accounts=st.integers(1, 9))
    def review_the_next(self, pick: int, outcome: str, accounts: int) -> None:
        """As analysts do it all day: give me the next one, and mostly decide it."""
        name = self.somebody(pick, company=picked(pick, self.free))
        self._claim_next(name)
        if pick % 4:
            self._decide(name, pick, outcome, accounts)

    def _claim_next(self, name: str) -> None:
        free = self.portal.free_for(company_of(name))
        with self.acting_as(name) as by:
            if not self.may(by, name, Action.DECIDE):
                return
            if len(self.portal.held(name)) >= MOST_HELD:
                with self.refusal(TooManyClaims):
                    claims.claim_next(by=by)
                return
            with self.event("review.claimed", by.user_id, times=bool(free)):
                taken = claims.claim_next(by=by)
        assert (taken is None) == (not free)
        if taken is not None:
            key = (company_of(name), taken.signal_id)
            assert key in free
            self._take(self.portal.reviews[key], name)

    @precondition(lambda self: self.portal.reviews)
    @rule(pick=picks)
    def claim(self, pick: int) -> None:
        name = self.somebody(pick, company=picked(pick, list(self.portal.reviews))[0])
        with self.acting_as(name) as by:
            review = self._seen_review(by, name, pick)
            if review is None:
                return
            known = self._known(review)
            if known.held_by(name):
                with self.event("review.kept", by.user_id):
                    claims.claim(review, by=by)
                return
            full = len(self.portal.held(name)) >= MOST_HELD
            if full or (known.company, known.signal) not in self.portal.free_for(known.company):
                with self.refusal(TooManyClaims, AlreadyClaimed):
                    claims.claim(review, by=by)
                return
            with self.event("review.claimed", by.user_id):
                claims.claim(review, by=by)
        self._take(known, name)

    @precondition(lambda self: self.holders)
    @rule(pick=picks)
    def skip(self, pick: int) -> None:
        name = picked(pick, self.holders) if pick % 5 else self.somebody(pick)
        with self.acting_as(name) as by:
            review = self._seen_review(by, name, pick)
            if review is None:
                return
            known = self._known(review)
            if not known.held_by(name):
                with self.refusal(ClaimLost):
                    claims.release(review, by=by)
                return
            with self.event("review.released", by.user_id):
                claims.release(review, by=by)
        known.free()

    @precondition(lambda self: self.holders)
    @rule(pick=picks)
    def lease_runs_out(self, pick: int) -> None:
        held = [review for review in self.portal.reviews.values() if review.holder and not review.has_lapsed]
        if held:
            known = picked(pick, held)
            with acting_as_system():
                own = Review.objects.filter(participant__slug=known.company, signal=known.signal)
                own.update(held_until=timezone.now() - timedelta(minutes=1))
            known.has_lapsed = True

    @precondition(lambda self: any(review.has_lapsed for review in self.portal.reviews.values()))
    @rule()
    def sweep(self) -> None:
        lapsed = [review for review in self.portal.reviews.values() if review.has_lapsed]
        with self.event("review.released", None, times=len(lapsed)):
            assert claims.release_expired() == len(lapsed)
        for review in lapsed:
            review.free()

    @precondition(lambda self: self.holders)
    @rule(pick=picks, outcome=outcomes, accounts=st.integers(1, 9))
    def decide(self, pick: int, outcome: str, accounts: int) -> None:
        self._decide(picked(pick, self.holders) if pick % 5 else self.somebody(pick), pick, outcome, accounts)

    def _decide(self, name: str, pick: int, outcome: str, accounts: int) -> None:
        with self.acting_as(name) as by:
            review = self._seen_review(by, name, pick, only=self.portal.held(name))
            if review is None:
                return
            known = self._known(review)
            if not known.held_by(name):
                with self.refusal(ClaimLost):
                    record_decision(review, by=by, **said(outcome, accounts))
                return
            with self.event("review.decided", by.user_id):
                decision = record_decision(review, by=by, **said(outcome, accounts))
        known.state = "decided"
        known.free()
        self._decided(known, decision, name, outcome, accounts)

    @precondition(lambda self: self.decided)
    @rule(pick=picks)
    def undo(self, pick: int) -> None:
        review = picked(pick, self.decided)
        decision = review.decisions[-1]
        name = decision.by if pick % 5 else self.somebody(pick, company=review.company)
        if not self.portal.may_work(name) or company_of(name) != review.company:
            return
        is_due = self.can_undo and review.state == "decided" and decision.by == name and not decision.is_undone
        with self.acting_as(name) as by:
            found = Decision.objects.get(pk=decision.key)
            if not is_due:
                with self.refusal(TooLate):
                    undo(found, by=by)
                return
            room = len(self.portal.held(name)) < MOST_HELD
            with self.event("review.undone", by.user_id):
                undo(found, by=by)
        decision.is_undone = True
        review.state = "open" if self.portal.signals[review.signal].words else "closed"
        if room and review.state == "open":
            self._take(review, name)

    @precondition(lambda self: self.decided)
    @rule(pick=picks)
    def reopen(self, pick: int) -> None:
        name = self.somebody(pick, company=picked(pick, self.decided).company)
        with self.acting_as(name) as by:
            review = self._seen_review(by, name, pick)
            known = self._known(review) if review else None
            if review is None or known is None or known.standing() is None:
                return
            seen: Any = known.standing()
            full = len(self.portal.held(name)) >= MOST_HELD
            if known.state != "decided" or full:
                with self.refusal(Overtaken, TooManyClaims):
                    reopen(review, decision_id=seen.key, reason="new_information", by=by)
                return
            with self.event("review.reopened", by.user_id):
                reopen(review, decision_id=seen.key, reason="new_information", by=by)
        known.state = "open"
        self._take(known, name)

    @precondition(lambda self: any(review.company == "harbor" for review in self.decided))
    @rule(pick=picks, vote=outcomes, conclusion=st.sampled_from(["agree", "return", "change"]))
    def look_again(self, pick: int, vote: str, conclusion: str) -> None:
        """The whole of a second look: taken, voted on, concluded. Never by whoever decided first."""
        name = self.somebody(pick, company="harbor")
        with self.acting_as(name) as by:
            if not self.may(by, name, Action.SECOND_REVIEW):
                return
            second = SecondReview.objects.due_for(by).select_related("decision", "review").first()
            if second is None:
                return
            assert second.first_by_id != by.pk
            known = self._known(second.review)
            with self.event("second_review.taken", by.user_id):
                second_reviews.take(second, by=by)
            blind = {"verdict": said(vote, 1)["verdict"], "dismissal": "" if vote == "actioned" else vote}
            with self.event("second_review.voted", by.user_id):
                second_reviews.vote(second, by=by, **blind)
            self._conclude(second, known, conclusion, vote, name, by)

    def _conclude(
        self, second: SecondReview, known: ReviewModel, conclusion: str, vote: str, name: str, by: Member
    ) -> None:
        if conclusion == "agree":
            with self.event("second_review.agreed", by.user_id):
                second_reviews.agree(second, by=by)
        elif conclusion == "return":
            with self.event("second_review.returned", by.user_id):
                second_reviews.return_to_first(second, words="look again", by=by)
            known.state = "open"
        else:
            with self.event("second_review.changed", by.user_id):
                decision = second_reviews.change(second, Conclusion(**said(vote, 3)), by=by)
            self._decided(known, decision, name, vote, 3)

    @precondition(lambda self: self.decided)
    @rule()
    def time_passes(self) -> None:
        """What is final is settled, and told to those who shared."""
        with self.by_itself():
            send()

    @precondition(lambda self: self.decided)
    @rule(pick=picks)
    def ask_back(self, pick: int) -> None:
        name = self.somebody(pick)
        with self.acting_as(name) as by:
            if not self.may(by, name, Action.DECIDE):
                return
            asked = Feedback.objects.visible_to(by).standing().filter(kind="want_more").first()
            if asked is not None:
                with self.event("feedback.written", by.user_id):
                    write(asked.pk, "Which of the two do you mean?", by=by)

    def _seen_review(self, by: Any, name: str, pick: int, only: list[ReviewModel] | None = None) -> Review | None:
        """A review as a page finds it; of those in `only` where there are some."""
        seen = Review.objects.visible_to(by).order_by("pk")
        found = list(seen.filter(signal__in=[review.signal for review in only]) if only else seen)
        return picked(pick, found) if found and self.may(by, name, Action.DECIDE) else None

    def _known(self, review: Review) -> ReviewModel:
        company = next(slug for slug, each in self.cast.companies.items() if each.pk == review.participant_id)
        return self.portal.reviews[company, review.signal_id]

    def _take(self, review: ReviewModel, name: str) -> None:
        review.holder, review.has_lapsed = name, False

    def _decided(self, known: ReviewModel, decision: Decision, name: str, outcome: str, accounts: int) -> None:
        number = accounts if outcome == "actioned" else 0
        known.decisions.append(DecisionModel(decision.pk, name, outcome, number))
