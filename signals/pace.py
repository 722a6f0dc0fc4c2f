"""How quickly somebody may search, look up and take lists out: by person, and by company.

The limits (`settings.ACCOUNT_RATE_LIMITS`) are above what people do and below what a program does that copies
everything. Whoever passes one gets a 429, and the coalition's staff one letter an hour.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal.ratelimit import consume, respond_429  # why not the public one: ADR 5
from django.http import HttpResponse

from accounts.letters import Topic
from accounts.models import CoalitionRole, User
from accounts.post import write_letter
from audit.events import Event
from audit.record import record
from lantern.lib.tenancy import acting_as_system
from participants.requests import MemberRequest

APP = "allauth.account"
WORDS = {"search": "searches", "look_up": "look-ups", "export": "exports"}


def paced(action: str) -> Callable[[Any], Any]:
    """Count each asking of a view against `action`; stands inside `@requires`. A list without a filter is no search."""

    def bear(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" or (action == "search" and request.GET):
                company = str(request.member.participant_id)
                if not consume(request, app=APP, action=action, key=company, user=request.user, limit_get=True):
                    _tell(request, action)
                    refusal: HttpResponse = respond_429(request)
                    return refusal
            return view(request, *args, **kwargs)

        return answer

    return bear


def _tell(request: MemberRequest, action: str) -> None:
    """One event and one letter to each of the staff, once an hour for a person and an action."""
    if not consume(request, app=APP, action="unusual", key=f"{action}:{request.member.pk}", limit_get=True):
        return
    record(Event.PACE_PASSED, request.member, by=request.member, action=action)
    company = request.member.participant.name
    with acting_as_system():
        staff = list(User.objects.filter(coalition_role=CoalitionRole.STAFF, is_active=True))
        for person in staff:
            write_letter(
                "unusual_pace", topic=Topic.PROGRAMME, to=person, context={"company": company, "what": WORDS[action]}
            )
