"""The queue, one review, and what an analyst does with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import PAGE
from participants.models import Member
from participants.policies import Action
from participants.requests import MemberRequest
from reviews import claims
from reviews.care import limits_of
from reviews.deciding import record_decision
from reviews.forms import DecisionForm
from reviews.models import Decision, DecisionTemplate, Review, ReviewState
from reviews.models.review import ReviewQuerySet
from reviews.page_rows import known_review
from reviews.queue_filter import QueueFilter, filter_of
from reviews.queue_page import around, next_free, page_behind
from reviews.review_page import page_of, pressing
from reviews.second_reviews import NobodyElse, ask_second, blind_second_of
from signals.models.signal import ValueNotHeld
from signals.page_keys import after_key, next_url
from signals.revealing import reveal as reveal_value

LOST = "You do not hold this review any more, so nothing was saved. Your words are still here. {who}"
TAKEN = "Somebody else holds this review, or it is decided."
BREAK_FIRST = "A break is due, and in your company severe items wait for it. Ten minutes without an item are enough."
SPARED = (
    "Nothing is left that you chose to be given. “Your day” says what you left to others, and whether a break is due."
)
TOO_MANY = "You hold as many reviews as one may at a time. Decide or skip one of them first."
CLEAR = "The queue is clear. New signals appear by themselves."
NO_MORE = "Nothing more that matches this filter is due."
ALL_HELD = "Everything that is due is held by colleagues; the first comes free at {at:%H:%M} UTC, if nobody keeps it."


@requires(Action.DECIDE)
@non_atomic_requests  # it only reads, in the transaction of the gate, and needs no savepoint within it
@require_safe
def queue(request: MemberRequest) -> HttpResponse:
    """What is due, the most urgent first; or what else was asked for."""
    form = filter_of(request)
    after = after_key(request)
    last = Review.objects.known_to(request.member).filter(pk=after).first() if after else None
    page = page_behind(last, form, request.member, PAGE + 1)
    context = {
        **around(form, page, request.member),
        **pressing(request.member),
        "reviews": page[:PAGE],
        "next_url": next_url(request, page[PAGE - 1].id) if len(page) > PAGE else None,
    }
    return render(request, "reviews/queue.html", context)


@requires(Action.DECIDE)
@require_POST
def next_review(request: MemberRequest) -> HttpResponse:
    """Take the most urgent review of the filter, or go on with one that is held already."""
    return _take_next(request)


@requires(Action.DECIDE)
@non_atomic_requests
@require_safe
def review(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """One review. Whoever has a second look at it votes first. That one looks is told by the page (`presence`)."""
    found = visible(request, review_id)
    if found.was_decided and (second := blind_second_of(found, request.member)):  # type: ignore[attr-defined]
        return redirect("reviews:second", second.pk)
    template = None
    if chosen := request.GET.get("template"):
        offered = DecisionTemplate.objects.visible_to(request.member)
        template = next((row for row in offered if str(row.pk) == chosen), None)
    return review_page(request, found, DecisionForm.beginning(request.member, template))


@requires(Action.DECIDE)
@require_POST
def claim(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Take this one."""
    found = visible(request, review_id)
    try:
        claims.claim(found, by=request.member)
    except claims.AlreadyClaimed:
        messages.warning(request, TAKEN)
    except claims.TooManyClaims:
        messages.warning(request, TOO_MANY)
    except claims.BreakFirst:
        messages.warning(request, BREAK_FIRST)
    return to_review(request, found.pk)


@requires(Action.DECIDE)
@require_POST
def keep(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Begin the lease anew."""
    found = visible(request, review_id)
    try:
        claims.keep(found, by=request.member)
        messages.success(request, "The review is yours for another 15 minutes.")
    except claims.ClaimLost:
        messages.warning(request, "Your time with this review had run out. Claim it again if nobody else has.")
    return to_review(request, found.pk)


@requires(Action.DECIDE)
@require_POST
def release(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Give it back undecided."""
    found = visible(request, review_id)
    try:
        claims.release(found, by=request.member)
        messages.info(request, "Skipped. The review is back in the queue.")
    except claims.ClaimLost:
        messages.info(request, "The review was back in the queue already.")
    return to_queue(request)


@requires(Action.DECIDE)
@require_POST
def reveal(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Show the value to its holder; asking for it is recorded and keeps the lease alive."""
    found = visible(request, review_id)
    try:
        claims.keep(found, by=request.member)
    except claims.ClaimLost:
        messages.warning(request, "The value is shown to whoever holds the review. Claim it first.")
        return to_review(request, found.pk)
    try:
        value = reveal_value(found.signal, by=request.member, why="review")
    except ValueNotHeld:
        messages.info(request, "The signal has ended, and its value is gone.")
        return to_review(request, found.pk)
    if request.headers.get("HX-Request"):
        within = filter_of(request).within
        hide_url = reverse("reviews:review", args=[found.pk]) + within
        box = {"masked": found.signal.masked_value, "revealed": value, "hide_url": hide_url}
        box["reveal_url"] = request.path + within
        return render(request, "components/value_box.html", box)
    form = DecisionForm.beginning(request.member)
    return review_page(request, visible(request, review_id), form, revealed=value)


@requires(Action.DECIDE)
@require_POST
def decide(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Conclude it; then the next one, if so asked."""
    found = visible(request, review_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return review_page(request, found, form, status=422)
    try:
        decision = record_decision(found, **form.decision(), by=request.member)
    except claims.ClaimLost:
        return _lost(request, review_id, form)
    messages.success(request, "Saved.")
    if "second_look" in request.POST:
        _ask_second(request, decision)
    if request.POST.get("then") == "next":
        return _take_next(request)
    return to_review(request, found.pk)


def _ask_second(request: MemberRequest, decision: Decision) -> None:
    try:
        ask_second(decision, by=request.member)
        messages.info(request, "A colleague is asked for a second look; nothing leaves before it.")
    except NobodyElse:
        messages.warning(request, "There is no colleague who could have a second look, so nobody was asked.")


def _take_next(request: MemberRequest) -> HttpResponse:
    asked = filter_of(request)
    due = asked.due() if asked.narrows_due else None
    try:
        review = _held_first(request, due) or claims.claim_next(among=due, by=request.member)
    except claims.TooManyClaims:  # those held match another filter, or their signals are not to be seen any more
        messages.warning(request, TOO_MANY)
        return redirect(f"{reverse('reviews:queue')}{'?state=mine' if asked.narrows_due else ''}")
    if review is None:
        messages.info(request, _why_nothing(asked, request.member))
        return redirect(reverse("reviews:queue") + asked.onward)
    return redirect(reverse("reviews:review", args=[review.pk]) + asked.onward)


def _why_nothing(asked: QueueFilter, member: Member) -> str:
    """Why there is no next review for the member."""
    due, is_spared = asked.due(), limits_of(member).hide_something
    if is_spared and due.unclaimed().exists():
        return SPARED
    if free := next_free(due):
        return ALL_HELD.format(at=free)
    return SPARED if is_spared else NO_MORE if asked.narrows_due else CLEAR


def _held_first(request: MemberRequest, among: ReviewQuerySet | None) -> Review | None:
    if among is None:
        return claims.held_first(request.member)
    return among.held_by(request.member).order_by("held_until").first()


def to_review(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """To the page of a review, within the filter that the member came with."""
    return redirect(reverse("reviews:review", args=[review_id]) + filter_of(request).within)


def to_queue(request: MemberRequest) -> HttpResponse:
    """To the list, within that filter."""
    return redirect(reverse("reviews:queue") + filter_of(request).within)


def visible(request: MemberRequest, review_id: UUID) -> Review:
    """The review, ended or not, with its lease; for members of its participant."""
    found = known_review(review_id, request.member)
    if found is None:
        raise Http404
    return found


def review_page(
    request: MemberRequest, found: Review, form: DecisionForm, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of one review."""
    context = {**page_of(found, request.member, filter_of(request)), "form": form, **more}
    return render(request, "reviews/review.html", context, status=status)


def _lost(request: MemberRequest, review_id: UUID, form: DecisionForm) -> HttpResponse:
    """The page as it is now, with the words that could not be saved, and who has or had the review."""
    context = page_of(visible(request, review_id), request.member, filter_of(request))
    holder, decision = context["review"].held_by_name, context["decision"]
    if context["review"].state == ReviewState.DECIDED and decision is None:
        who = "It was decided meanwhile; what was decided is shown after the second look at it."
    elif context["review"].state == ReviewState.DECIDED:
        who = f"{decision['decided_by'].name} decided it meanwhile; below are both versions."
    elif context["review"].closed_reason:
        who = context["review"].closed_reason
    else:
        who = f"{holder} holds it now." if holder else "Nobody holds it now: claim it and save again."
    form.add_error(None, LOST.format(who=who))
    return render(request, "reviews/review.html", {**context, "form": form, "lost": True}, status=409)
