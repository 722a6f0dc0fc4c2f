"""What an analyst does after deciding: undo, open again, follow up an appeal."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from reviews import appeals, reopening
from reviews.claims import BreakFirst, TooManyClaims
from reviews.forms import DecisionForm
from reviews.models import Decision
from reviews.queue_filter import filter_of
from reviews.review_page import page_of
from reviews.second_thoughts_forms import AppealForm, ReopenForm, SecondThoughtForm
from reviews.undoing import TooLate, undo_latest
from reviews.views import BREAK_FIRST, TOO_MANY, to_queue, to_review, visible

ENDED = "Nothing was changed: nobody shares the signal any more, so the review cannot be opened again."
TOO_LATE = "It is too late to undo that. Open the review again instead, and say why."
OVERTAKEN = "Nothing was changed: the decision you saw does not stand any more. This is how it stands now."
NO_APPEAL = "Nothing was written down: the decision does not stand, or its appeal is known."
NO_APPEAL_YET = (
    "Nothing was written down yet. An appeal can be followed up once the decision can no longer be undone and a second"
    " look at it, where one is due, is over."
)
REFUSED: Mapping[type[Exception], str] = {
    reopening.Overtaken: OVERTAKEN,
    reopening.SignalEnded: ENDED,
    BreakFirst: BREAK_FIRST,
    TooManyClaims: TOO_MANY,
    appeals.NothingToAppeal: NO_APPEAL,
    appeals.TooEarly: NO_APPEAL_YET,
}


@requires(Action.DECIDE)
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Take back what the member decided just now."""
    try:
        reviews = undo_latest(by=request.member)
    except TooLate:
        messages.warning(request, TOO_LATE)
        return to_queue(request)
    if len(reviews) > 1:
        messages.success(request, f"Undone: {len(reviews)} reviews are back in the queue.")
        return to_queue(request)
    messages.success(request, "Undone. The review is open again.")
    return to_review(request, reviews[0].pk)


@requires(Action.DECIDE)
@require_POST
def reopen(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Look at a decided review again."""
    found = visible(request, review_id)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _again(request, review_id, form, status=422)
    try:
        reopening.reopen(found, **form.cleaned_data, by=request.member)
    except tuple(REFUSED) as refusal:
        return _again(request, review_id, form, REFUSED[type(refusal)])
    messages.success(request, "The review is open again, and yours. The decision stays until you replace it.")
    return to_review(request, found.pk)


@requires(Action.DECIDE)
@require_POST
def appeal(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Write down what came of an appeal."""
    found = visible(request, review_id)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _again(request, review_id, form, status=422)
    decision = get_object_or_404(Decision, review=found, pk=form.cleaned_data.pop("decision_id"))
    try:
        appeals.record_appeal(decision, **form.cleaned_data, by=request.member)
    except tuple(REFUSED) as refusal:
        return _again(request, review_id, form, REFUSED[type(refusal)])
    messages.success(request, "The appeal is written down.")
    return to_review(request, found.pk)


def _again(
    request: MemberRequest, review_id: UUID, form: SecondThoughtForm, why: str = "", status: int = 409
) -> HttpResponse:
    """The page as it is now, with what was filled in: in its form, or beside it where that is not offered any more."""
    context = page_of(visible(request, review_id), request.member, filter_of(request))
    name = f"{form.NAME}_form"
    is_offered = bool(context.get(name))
    if why or not is_offered:
        messages.warning(request, why or OVERTAKEN)
    context |= {name: form} if is_offered else {"lost_form": form}
    return render(request, "reviews/review.html", {**context, "form": DecisionForm()}, status=status)
