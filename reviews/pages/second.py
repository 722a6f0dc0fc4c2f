"""The second look: what waits, the blind vote, and what comes of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import PAGE, capped_count
from participants.policies import Action
from participants.requests import MemberRequest
from reviews import second_reviews
from reviews.claims import BreakFirst
from reviews.deciding import Conclusion
from reviews.forms import DecisionForm
from reviews.models import SecondReview, SecondState
from reviews.pages.forms import AgreeForm, ReturnForm, VoteForm
from reviews.second_reviews import NotYetVoted, SecondTaken
from reviews.views import BREAK_FIRST
from signals.contribution_page import told_contributions
from signals.models import Signal
from signals.models.signal import ValueNotHeld
from signals.revealing import reveal as reveal_value

TAKEN = (
    "Somebody else has this second look now, your time with it ran out, or the review was opened again. "
    "Nothing was saved."
)
OVER = "This second look is over: the decision was taken back, or its signal has ended. Nothing was saved."


@requires(Action.SECOND_REVIEW)
@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """The second looks that the member could take, the oldest first."""
    due = SecondReview.objects.due_for(request.member).select_related("review__signal__sharing_group")
    context = {"seconds": due[:PAGE], "due_label": capped_count(due).label}
    return render(request, "reviews/second_list.html", context)


@requires(Action.SECOND_REVIEW)
@require_safe
def second(request: MemberRequest, second_id: UUID) -> HttpResponse:
    """One of them. The first decision is not in it until the member has voted."""
    return _page(request, _visible(request, second_id))


@requires(Action.SECOND_REVIEW)
@require_POST
def take(request: MemberRequest, second_id: UUID) -> HttpResponse:
    """Take it, or one's time with it anew."""
    found = _visible(request, second_id)
    try:
        second_reviews.take(found, by=request.member)
    except BreakFirst:
        messages.warning(request, BREAK_FIRST)
    except SecondTaken:
        messages.warning(request, "Somebody else has this second look, or it is over.")
        return redirect("reviews:seconds")
    return redirect("reviews:second", found.pk)


@requires(Action.SECOND_REVIEW)
@require_POST
def reveal(request: MemberRequest, second_id: UUID) -> HttpResponse:
    """Show the value to whoever has the second look; asking for it is recorded."""
    found = _visible(request, second_id)
    if not SecondReview.objects.held_by(request.member).filter(pk=found.pk).exists():
        messages.warning(request, "The value is shown to whoever has the second look. Take it first.")
        return redirect("reviews:second", found.pk)
    try:
        value = reveal_value(found.review.signal, by=request.member, why="second_review")
    except ValueNotHeld:
        messages.info(request, "The signal has ended, and its value is gone.")
        return redirect("reviews:second", found.pk)
    if request.headers.get("HX-Request"):
        box = {"masked": found.review.signal.masked_value, "revealed": value, "reveal_url": request.path}
        box["hide_url"] = reverse("reviews:second", args=[found.pk])
        return render(request, "components/value_box.html", box)
    return _page(request, found, revealed=value)


@requires(Action.SECOND_REVIEW)
@require_POST
def vote(request: MemberRequest, second_id: UUID) -> HttpResponse:
    """Say what one would have decided; then both are on the table."""
    found = _visible(request, second_id)
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, vote_form=form)
    cleaned = form.cleaned_data
    try:
        second_reviews.vote(found, verdict=cleaned["verdict"], dismissal=cleaned["dismissed_reason"], by=request.member)
    except SecondTaken:
        return _lost(request, found, vote_form=form)
    return redirect("reviews:second", found.pk)


@requires(Action.SECOND_REVIEW)
@require_POST
def agree(request: MemberRequest, second_id: UUID) -> HttpResponse:
    """Let the first decision stand."""
    found = _visible(request, second_id)
    form = AgreeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, agree_form=form)
    try:
        second_reviews.agree(found, **form.cleaned_data, by=request.member)
    except (SecondTaken, NotYetVoted):
        return _lost(request, found, agree_form=form)
    messages.success(request, "Agreed. The decision stands, and what it tells the contributor may leave.")
    return redirect("reviews:seconds")


@requires(Action.SECOND_REVIEW)
@require_POST
def give_back(request: MemberRequest, second_id: UUID) -> HttpResponse:
    """Return it to whoever decided, with words."""
    found = _visible(request, second_id)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, return_form=form)
    try:
        second_reviews.return_to_first(found, **form.cleaned_data, by=request.member)
    except (SecondTaken, NotYetVoted):
        return _lost(request, found, return_form=form)
    messages.success(request, "Returned. The review is open again, and your colleague is told.")
    return redirect("reviews:seconds")


@requires(Action.SECOND_REVIEW)
@require_POST
def change(request: MemberRequest, second_id: UUID) -> HttpResponse:
    """Put another decision in the place of the first."""
    found = _visible(request, second_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, change_form=form)
    try:
        second_reviews.change(found, Conclusion(**form.decision()), by=request.member)
    except (SecondTaken, NotYetVoted):
        return _lost(request, found, change_form=form)
    messages.success(request, "Changed. The first decision stays to be read; yours counts.")
    return redirect("reviews:seconds")


def _visible(request: MemberRequest, second_id: UUID) -> SecondReview:
    signals = Signal.objects.with_handling(request.member).select_related("sharing_group")
    found = SecondReview.objects.visible_to(request.member).select_related("review")
    return get_object_or_404(found.prefetch_related(Prefetch("review__signal", signals)), pk=second_id)


def _lost(request: MemberRequest, found: SecondReview, **forms: Any) -> HttpResponse:
    try:
        now = _visible(request, found.pk)
    except Http404:
        messages.warning(request, OVER)
        return redirect("reviews:seconds")
    messages.warning(request, TAKEN)
    return _page(request, now, status=409, **forms)


def _page(request: MemberRequest, found: SecondReview, *, status: int = 200, **more: Any) -> HttpResponse:
    """What is asked now. `decision` is there only once the vote is in, or all is over."""
    mine = SecondReview.objects.held_by(request.member).filter(pk=found.pk).exists()
    has_voted = found.state == SecondState.DONE or (mine and found.state == SecondState.VOTED)
    signal = found.review.signal
    context = {
        "second": found,
        "is_mine": mine,
        "has_voted": has_voted,
        "signal": signal,
        "contributions": told_contributions(signal, request.member),
        "decision": _decision(found) if has_voted else None,
        "vote_form": VoteForm(),
        "agree_form": AgreeForm(auto_id="agree_%s"),
        "return_form": ReturnForm(auto_id="return_%s"),
        "change_form": DecisionForm(auto_id="change_%s"),
        **more,
    }
    return render(request, "reviews/second.html", context, status=status)


def _decision(found: SecondReview) -> dict[str, Any]:
    decision = found.decision
    names = ("verdict_label", "reason", "policy", "decided_by", "decided_at")
    return {**{name: getattr(decision, name) for name in names}, "measures": list(decision.measures.all())}
