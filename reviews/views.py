"""The queue, one review, and what an analyst does with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import PAGE, capped_count
from participants.policies import Action
from participants.requests import MemberRequest
from reviews import claims
from reviews.care import limits_of
from reviews.deciding import record_decision
from reviews.forms import DecisionForm
from reviews.models import Review
from reviews.review_page import page_of, shown
from reviews.second_reviews import blind_second_of
from signals.forms import SignalFilter
from signals.page_keys import after_key, next_url
from signals.revealing import reveal as reveal_value

LOST = "You do not hold this review any more, so nothing was saved. Your words are still here. {who}"
TAKEN = "Somebody else holds this review, or it is decided."
BREAK_FIRST = "A break is due, and in your company severe items wait for it. Ten minutes without an item are enough."
SPARED = "Nothing is left that you chose to be given. “Your day” says what you left to others, and whether a break is due."
TOO_MANY = "You hold as many reviews as one may at a time. Decide or skip one of them first."


@requires(Action.DECIDE)
@require_safe
def queue(request: MemberRequest) -> HttpResponse:
    """What is due, the most urgent first."""
    form = SignalFilter(request.GET)
    due = Review.objects.visible_to(request.member).due()
    if conditions := form.conditions("signal__"):
        due = due.filter(**conditions)
    after = after_key(request)
    last = Review.objects.visible_to(request.member).filter(pk=after).first() if after else None
    rows = due.filter(_behind(last)) if last else due
    page = shown(rows[: PAGE + 1], request.member)
    oldest = due.order_by("created_at").values_list("created_at", flat=True).first()
    context = {
        "form": form,
        "due_label": capped_count(due).label,
        "reviews": page[:PAGE],
        "next_url": next_url(request, page[PAGE - 1].id) if len(page) > PAGE else None,
        "empty": "" if page else "filtered" if form.is_narrowing else "clear",
        "oldest_at": oldest,
    }
    return render(request, "reviews/queue.html", context)


@requires(Action.DECIDE)
@require_POST
def next_review(request: MemberRequest) -> HttpResponse:
    """Take the most urgent review, or go on with one that is held already."""
    return _take_next(request)


@requires(Action.DECIDE)
@require_safe
def review(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """One review. Whoever has a second look at it votes first."""
    found = _visible(request, review_id)
    if second := blind_second_of(found, request.member):
        return redirect("reviews:second", second.pk)
    return _page(request, found, DecisionForm())


@requires(Action.DECIDE)
@require_POST
def claim(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Take this one."""
    found = _visible(request, review_id)
    try:
        claims.claim(found, by=request.member)
    except claims.AlreadyClaimed:
        messages.warning(request, TAKEN)
    except claims.TooManyClaims:
        messages.warning(request, TOO_MANY)
    except claims.BreakFirst:
        messages.warning(request, BREAK_FIRST)
    return redirect("reviews:review", found.pk)


@requires(Action.DECIDE)
@require_POST
def keep(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Begin the lease anew."""
    found = _visible(request, review_id)
    try:
        claims.keep(found, by=request.member)
        messages.success(request, "The review is yours for another 15 minutes.")
    except claims.ClaimLost:
        messages.warning(request, "Your time with this review had run out. Claim it again if nobody else has.")
    return redirect("reviews:review", found.pk)


@requires(Action.DECIDE)
@require_POST
def release(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Give it back undecided."""
    found = _visible(request, review_id)
    try:
        claims.release(found, by=request.member)
        messages.info(request, "Skipped. The review is back in the queue.")
    except claims.ClaimLost:
        messages.info(request, "The review was back in the queue already.")
    return redirect("reviews:queue")


@requires(Action.DECIDE)
@require_POST
def reveal(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Show the value to its holder; asking for it is recorded and keeps the lease alive."""
    found = _visible(request, review_id)
    try:
        claims.keep(found, by=request.member)
    except claims.ClaimLost:
        messages.warning(request, "The value is shown to whoever holds the review. Claim it first.")
        return redirect("reviews:review", found.pk)
    value = reveal_value(found.signal, by=request.member, why="review")
    if request.headers.get("HX-Request"):
        hide_url = reverse("reviews:review", args=[found.pk])
        box = {"masked": found.signal.masked_value, "revealed": value, "reveal_url": request.path, "hide_url": hide_url}
        return render(request, "components/value_box.html", box)
    return _page(request, _visible(request, review_id), DecisionForm(), revealed=value)


@requires(Action.DECIDE)
@require_POST
def decide(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Conclude it; then the next one, if so asked."""
    found = _visible(request, review_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        record_decision(found, **form.decision(), by=request.member)
    except claims.ClaimLost:
        return _lost(request, review_id, form)
    messages.success(request, "Saved.")
    if request.POST.get("then") == "next":
        return _take_next(request)
    return redirect("reviews:review", found.pk)


def _take_next(request: MemberRequest) -> HttpResponse:
    held = Review.objects.visible_to(request.member).held_by(request.member).order_by("held_until").first()
    try:
        review = held or claims.claim_next(by=request.member)
    except claims.TooManyClaims:  # those held are on signals that are not to be seen any more
        messages.warning(request, TOO_MANY)
        return redirect("reviews:queue")
    if review is None:
        spared = limits_of(request.member).hide_something
        messages.info(request, SPARED if spared else "The queue is clear. New signals appear by themselves.")
        return redirect("reviews:queue")
    return redirect("reviews:review", review.pk)


def _visible(request: MemberRequest, review_id: UUID) -> Review:
    return get_object_or_404(Review.objects.visible_to(request.member).with_lease(), pk=review_id)


def _page(request: MemberRequest, found: Review, form: DecisionForm, status: int = 200, **more: Any) -> HttpResponse:
    return render(
        request, "reviews/review.html", {**page_of(found, request.member), "form": form, **more}, status=status
    )


def _lost(request: MemberRequest, review_id: UUID, form: DecisionForm) -> HttpResponse:
    """The page as it is now, with the words that could not be saved and who has the review."""
    found = _visible(request, review_id)
    context = page_of(found, request.member)
    holder = context["review"].held_by_name
    who = f"{holder} holds it now." if holder else "Nobody holds it now: claim it and save again."
    form.add_error(None, LOST.format(who=who))
    return render(request, "reviews/review.html", {**context, "form": form, "lost": True}, status=409)


def _behind(last: Review) -> Q:
    """Reviews that come after `last` in the order of the queue."""
    later = Q(created_at__gt=last.created_at) | Q(created_at=last.created_at, pk__gt=last.pk)
    return Q(priority__lt=last.priority) | (Q(priority=last.priority) & later)
