"""What an analyst does after deciding: undo, open again, follow up an appeal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from reviews import appeals, reopening
from reviews.claims import BreakFirst, TooManyClaims
from reviews.forms import DecisionForm
from reviews.models import Decision
from reviews.second_thoughts_forms import AppealForm, ReopenForm
from reviews.undoing import TooLate, undo_latest
from reviews.views import BREAK_FIRST, TOO_MANY, review_page, to_queue, to_review, visible

ENDED = "Nothing was changed: nobody shares the signal any more, so the review cannot be opened again."
TOO_LATE = "It is too late to undo that. Open the review again instead, and say why."
OVERTAKEN = "Nothing was changed: the decision you saw does not stand any more. This is how it stands now."


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
        return review_page(request, found, DecisionForm(), status=422, reopen_form=form)
    try:
        reopening.reopen(found, **form.cleaned_data, by=request.member)
    except reopening.Overtaken:
        messages.warning(request, OVERTAKEN)
        return review_page(request, visible(request, review_id), DecisionForm(), status=409, reopen_form=form)
    except reopening.SignalEnded:
        messages.warning(request, ENDED)
    except BreakFirst:
        messages.warning(request, BREAK_FIRST)
    except TooManyClaims:
        messages.warning(request, TOO_MANY)
    else:
        messages.success(request, "The review is open again, and yours. The decision stays until you replace it.")
    return to_review(request, found.pk)


@requires(Action.DECIDE)
@require_POST
def appeal(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Write down what came of an appeal."""
    found = visible(request, review_id)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return review_page(request, found, DecisionForm(), status=422, appeal_form=form)
    decision = get_object_or_404(Decision, review=found, pk=form.cleaned_data.pop("decision_id"))
    try:
        appeals.record_appeal(decision, **form.cleaned_data, by=request.member)
        messages.success(request, "The appeal is written down.")
    except appeals.NothingToAppeal:
        messages.warning(request, "Nothing was written down: the decision does not stand, or its appeal is known.")
    return to_review(request, found.pk)
