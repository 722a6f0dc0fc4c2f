"""Looking after yourself: one's own day, what one does not want to be given, and where to find help."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from reviews.care import choice_of, choose_care, must_break, today_of
from reviews.pages.forms import CareForm
from reviews.practice import practice_of


@requires(Action.OPEN_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def wellbeing(request: MemberRequest) -> HttpResponse:
    """The member's day and choices. Nobody else has a page with them."""
    # A form in which nothing is chosen is a choice as well.
    form = CareForm(request.POST if request.method == "POST" else None, choice=choice_of(request.user))
    if form.is_valid():
        choose_care(**form.chosen(), by=request.member)
        messages.success(request, "Saved. Nobody is told.")
        return redirect("reviews:wellbeing")
    context = {
        "form": form,
        "today": today_of(request.user),
        "must_break": must_break(request.member),
        "is_binding": practice_of(request.member.participant_id).break_is_binding,
    }
    return render(request, "reviews/wellbeing.html", context, status=422 if form.errors else 200)


@requires(Action.OPEN_WORK)
@require_safe
def help_page(request: MemberRequest) -> HttpResponse:
    """What is known about this work and people, and where to find help."""
    return render(request, "reviews/wellbeing_help.html")
