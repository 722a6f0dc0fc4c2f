"""Is this value known? A list goes in, two sides come out."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from signals.looking_up import MOST_NEAR, MOST_VALUES, TooMany, answer, ask, download
from signals.models import Lookup
from signals.pace import paced
from signals.page_forms import LookupForm
from signals.views.csv_file import csv_answer

SHOWN = 100
TOO_MANY = f"There are more than {MOST_VALUES:,} values. Split the list and look the parts up one after the other."


@requires(Action.VIEW_SIGNALS)
@paced("look_up")
def lookup(request: MemberRequest) -> HttpResponse:
    """Ask about a list of values. By POST, so that no value is in an address."""
    asked = request.method == "POST"
    form = LookupForm(request.POST, request.FILES) if asked else LookupForm()
    if asked and form.is_valid():
        try:
            found = ask(form.cleaned_data["text"], by=request.member)
            return redirect("signals:lookup_answer", found.pk)
        except TooMany:
            form.add_error("values", TOO_MANY)
    return render(request, "signals/lookup.html", {"form": form}, status=422 if form.errors else 200)


@requires(Action.VIEW_SIGNALS)
@require_safe
def lookup_answer(request: MemberRequest, lookup_id: UUID) -> HttpResponse:
    """Both sides of the list, masked, as they are now."""
    found = _own(request, lookup_id)
    answers = answer(found, request.member)
    context: dict[str, Any] = {
        "lookup": found,
        "sides": (
            {"name": "known", "label": "Known", "number": len(answers.known), "answers": answers.known[:SHOWN]},
            {"name": "unknown", "label": "Unknown", "number": len(answers.unknown), "answers": answers.unknown[:SHOWN]},
        ),
        "shown": SHOWN,
        "not_compared": answers.not_compared,
        "most_near": MOST_NEAR,
    }
    return render(request, "signals/lookup_answer.html", context)


@requires(Action.VIEW_SIGNALS)
@paced("export")
@require_POST
def lookup_download(request: MemberRequest, lookup_id: UUID, side: str) -> HttpResponse:
    """One side as CSV. By POST, because taking it out is recorded."""
    found = _own(request, lookup_id)
    return csv_answer("".join(download(found, side, by=request.member)), f"{side}.csv")


def _own(request: MemberRequest, lookup_id: UUID) -> Lookup:
    return get_object_or_404(Lookup.objects.visible_to(request.member), pk=lookup_id)
