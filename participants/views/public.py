"""Pages for everybody: who takes part, how the programme is governed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lantern.lib.marks import public
from participants.models import Participant
from participants.policies import LOOKING


@public
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The participants that take part now, since when, and whether they share."""
    taking_part = Participant.objects.filter(state__in=LOOKING).order_by("name")
    return render(request, "participants/list.html", {"participants": taking_part})


@public
@require_safe
def governance(request: HttpRequest) -> HttpResponse:
    """How the programme is governed, with the intervals that are set here."""
    context = {
        "check_in_months": settings.CHECK_IN_MONTHS,
        "practice_review_months": settings.PRACTICE_REVIEW_MONTHS,
        "read_only_days": settings.READ_ONLY_AFTER_DAYS,
        "suspended_days": settings.SUSPENDED_AFTER_DAYS,
        "draft_days": settings.APPLICATION_DRAFT_DAYS,
    }
    return render(request, "participants/governance.html", context)
