"""For leads: how the queue stands, and how the company reviews."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from reviews.pages.forms import PracticeForm
from reviews.practice import choose_practice, practice_of
from reviews.team_page import page_of, window_of


@requires(Action.VIEW_TEAM)
@require_safe
def team(request: MemberRequest) -> HttpResponse:
    """The last weeks of the queue, never by person."""
    return render(request, "reviews/team.html", page_of(request.member, window_of(request.GET.get("days", ""))))


@requires(Action.SET_PRACTICE)
@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: MemberRequest) -> HttpResponse:
    """What gets a second pair of eyes, and whether breaks are binding."""
    form = PracticeForm(request.POST or None, practice=practice_of(request.member.participant_id))
    if form.is_valid():
        choose_practice(**form.cleaned_data, by=request.member)
        messages.success(request, "Saved. It holds for decisions from now on.")
        return redirect("reviews:practice")
    return render(request, "reviews/practice.html", {"form": form}, status=422 if form.errors else 200)
