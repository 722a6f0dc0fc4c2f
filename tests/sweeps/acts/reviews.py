"""What is done with reviews, decisions and what follows from them."""

from datetime import timedelta

from django.utils import timezone

from participants.models import Member
from reviews import claims
from reviews.appeals import record_appeal
from reviews.care import choose_care
from reviews.deciding import Conclusion, record_decision
from reviews.decision_templates import remove_template, save_template
from reviews.feedback import send_due
from reviews.keys import choose_keys
from reviews.many import decide_many
from reviews.models import Decision, Feedback, Measure, Review, SecondReview
from reviews.models.notification import Digest
from reviews.notifying import choose, mark_read
from reviews.queue_views import remove_view, save_view
from reviews.reopening import reopen
from reviews.routing import route
from reviews.rules import DEFAULT, save_rule
from reviews.second_reviews import agree, ask_second, change, return_to_first, take, vote
from reviews.settling import settle
from reviews.signals_ended import tell_reviews
from reviews.threads import write
from reviews.undoing import undo
from tests.reviews.following import ACTIONED, decide, dismissed, let_time_pass, practise, send, voted
from tests.sweeps.acts.act import LONG_AGO, Acts
from tests.world import add_team_member, share, share_and_route


def _review(by: Member, of: Member, *, held: bool = True, **fields: str) -> Review:
    share_and_route(of, **fields)
    if held:
        taken = claims.claim_next(by=by)
        assert taken is not None
        return taken
    return Review.objects.get(participant=by.participant)


def _decided(by: Member, of: Member, *, days_ago: int = 0) -> Decision:
    decision = Decision(
        review=_review(by, of),
        participant=by.participant,
        decided_by=by,
        verdict="actioned",
        decided_at=timezone.now() - timedelta(days=days_ago),
    )
    decision.save()
    Measure.objects.create(decision=decision, participant=by.participant, unit="referrals", count=1)
    Review.objects.filter(pk=decision.review_id).update(state="decided", holder=None, held_until=None)
    return decision


def _second(of: Member, by: Member) -> SecondReview:
    """A second look that `by` may take, at what a colleague decided."""
    colleague = add_team_member(by.participant, "colleague")
    practise(colleague, sample=100)
    decide(colleague, of)
    let_time_pass()
    return SecondReview.objects.get()


def _about_to_tell(of: Member, by: Member) -> None:
    decide(by, of)
    let_time_pass()


def _asked(of: Member, by: Member) -> Feedback:
    decide(by, of, dismissed("not_enough_information"))
    send()
    return Feedback.objects.get()


ACTS: Acts = {
    "route": (lambda a, b: share(a), lambda _, b: route(), ["review.routed"]),
    "claim_next": (lambda a, b: share_and_route(a), lambda _, b: claims.claim_next(by=b), ["review.claimed"]),
    "claim": (lambda a, b: _review(b, a, held=False), lambda review, b: claims.claim(review, by=b), ["review.claimed"]),
    "keep": (lambda a, b: _review(b, a), lambda review, b: claims.keep(review, by=b), ["review.kept"]),
    "release": (lambda a, b: _review(b, a), lambda review, b: claims.release(review, by=b), ["review.released"]),
    "decide": (
        lambda a, b: _review(b, a),
        lambda review, b: record_decision(review, verdict="dismissed", dismissal="no_violation", by=b),
        ["review.decided"],
    ),
    "undo": (lambda a, b: _decided(b, a), lambda decision, b: undo(decision, by=b), ["review.undone"]),
    "reopen": (
        lambda a, b: _decided(b, a),
        lambda decision, b: reopen(decision.review, decision_id=decision.pk, reason="mistake", by=b),
        ["review.reopened"],
    ),
    "record_appeal": (
        lambda a, b: _decided(b, a, days_ago=1),
        lambda decision, b: record_appeal(decision, outcome="upheld", by=b),
        ["appeal.recorded"],
    ),
    "take_back": (lambda a, b: _review(b, a), lambda review, b: claims.take_back(review, by=b), ["review.released"]),
    "decide_many": (
        lambda a, b: _review(b, a, incident="case 1"),
        lambda review, b: decide_many(review, [review], Conclusion("dismissed", dismissal="no_violation"), by=b),
        ["review.decided", "review.decided_together"],
    ),
    "settle": (
        lambda a, b: (_decided(b, a), Review.objects.update(settle_at=LONG_AGO)),
        lambda _, b: settle(),
        ["review.settled"],
    ),
    "release_expired": (
        lambda a, b: (_review(b, a), Review.objects.filter(holder=b).update(held_until=LONG_AGO)),
        lambda _, b: claims.release_expired(),
        ["review.released"],
    ),
    "save_rule": (lambda a, b: None, lambda _, b: save_rule(DEFAULT, by=b), ["routing.changed"]),
    "save_view": (
        lambda a, b: None,
        lambda _, b: save_view("n", {}, is_shared=False, by=b),
        ["queue_view.saved"],
    ),
    "remove_view": (
        lambda a, b: save_view("n", {}, is_shared=False, by=b),
        lambda view, b: remove_view(view, by=b),
        ["queue_view.removed"],
    ),
    "save_template": (
        lambda a, b: None,
        lambda _, b: save_template("n", verdict="dismissed", by=b),
        ["decision_template.saved"],
    ),
    "remove_template": (
        lambda a, b: save_template("n", verdict="dismissed", by=b),
        lambda template, b: remove_template(template, by=b),
        ["decision_template.removed"],
    ),
    "choose_keys": (lambda a, b: None, lambda _, b: choose_keys({}, is_on=False, by=b), ["keys.chosen"]),
    "take_second": (_second, lambda second, b: take(second, by=b), ["second_review.taken"]),
    "vote_second": (
        lambda a, b: take(_second(a, b), by=b),
        lambda second, b: vote(second, verdict="actioned", by=b),
        ["second_review.voted"],
    ),
    "agree_second": (
        lambda a, b: voted(_second(a, b), b, ACTIONED),
        lambda second, b: agree(second, by=b),
        ["second_review.agreed"],
    ),
    "return_second": (
        lambda a, b: voted(_second(a, b), b, ACTIONED),
        lambda second, b: return_to_first(second, words="look again", by=b),
        ["second_review.returned"],
    ),
    "change_second": (
        lambda a, b: voted(_second(a, b), b, ACTIONED),
        lambda second, b: change(second, Conclusion("dismissed", dismissal="no_violation"), by=b),
        ["second_review.changed"],
    ),
    "choose_practice": (lambda a, b: None, lambda _, b: practise(b), ["review_practice.chosen"]),
    "send_feedback": (
        _about_to_tell,
        lambda _, b: send_due(),
        ["feedback.sent"],
    ),
    "write_message": (
        _asked,
        lambda feedback, b: write(feedback.pk, "Which service?", by=b),
        ["feedback.written"],
    ),
    "read_notifications": (lambda a, b: None, lambda _, b: mark_read(b.user, by=b), ["notification.read"]),
    "choose_notifications": (
        lambda a, b: None,
        lambda _, b: choose(wanted=[], digest=Digest.NEVER, by=b),
        ["notification.chosen"],
    ),
    "choose_care": (
        lambda a, b: None,
        lambda _, b: choose_care(harm_types=["grooming"], nothing_severe=True, by=b),
        ["care.chosen"],
    ),
    "ask_second": (
        lambda a, b: (add_team_member(b.participant, "colleague"), _decided(b, a))[1],
        lambda decision, b: ask_second(decision, by=b),
        ["second_review.asked"],
    ),
    "tell_reviews": (
        lambda a, b: _review(b, a, held=False).signal_id,
        lambda signal, b: tell_reviews([signal], ended=[signal], why="mistake"),
        ["review.signals_ended"],
    ),
}
