"""How long a session lasts: half an hour without activity, twelve hours in all."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.models import Session, User
from accounts.session_store import AGENT, BEGUN, SEEN, row_key
from audit.events import Event
from audit.record import record

STAMP_SECONDS = 30  # how exactly activity is noted; each note is a write
LEFT_BY = "left_by"
PRESENCE = "X-Presence"  # of a sign of life that an open page sends: "idle" if nobody did anything since its last one


def begin(request: HttpRequest) -> None:
    """Start both clocks: somebody has just signed in."""
    request.session[BEGUN] = request.session[SEEN] = time.time()
    request.session[AGENT] = request.headers.get("User-Agent", "")[:200]
    request.session.pop(LEFT_BY, None)


def seconds_left(session: Any) -> int | None:
    """Until the session ends if nothing more happens in it; None where nobody is signed in."""
    if SESSION_KEY not in session:
        return None
    now = time.time()
    idle = session.get(SEEN, 0) + settings.SESSION_IDLE_SECONDS - now
    whole = session.get(BEGUN, 0) + settings.SESSION_SECONDS - now
    return int(min(idle, whole))


class SessionClock:
    """Ends sessions that ran out, and notes activity in the others.

    What a page asks by itself is no activity: htmx's GET requests, `session_left`, a sign of presence while nobody does
    anything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        left = seconds_left(request.session)
        if left is not None and left <= 0:
            _end(request)
        elif left is not None and not _asked_by_itself(request):
            if time.time() - request.session[SEEN] > STAMP_SECONDS:
                request.session[SEEN] = time.time()
            left = seconds_left(request.session)
        request.session_left = left if left and left > 0 else None  # type: ignore[attr-defined]
        return self.get_response(request)


def _asked_by_itself(request: HttpRequest) -> bool:
    if request.headers.get(PRESENCE) == "idle":
        return True
    return request.method == "GET" and ("HX-Request" in request.headers or "X-Session-Left" in request.headers)


def _end(request: HttpRequest) -> None:
    """End the session; of several requests that find it over, the one that removes its row writes the event."""
    user_id, key = int(request.session[SESSION_KEY]), row_key(request.session.session_key or "")
    with transaction.atomic():
        user = User.objects.filter(pk=user_id).first()
        ended, _ = Session.objects.filter(session_key=key).delete()
        request.session.flush()
        # So that what this person goes on to send from a page still open can wait for them.
        request.session[LEFT_BY] = user_id
        if ended and user is not None:
            record(Event.SESSION_RAN_OUT, user, by=user)
