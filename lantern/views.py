"""The front door, health, and the pages of refusals."""

import json
import logging
import sys
from datetime import timedelta
from typing import Any

from allauth.core.ratelimit import consume
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.passing import has_passed
from lantern.lib.marks import public
from lantern.lib.paging import capped_count
from participants.models import Member
from participants.policies import Action, can
from participants.requests import AnyRequest
from participants.training import due_modules
from reviews.models import Review
from signals.models import Contribution, Upload

LATEST_UPLOADS = 5
MOST_REPORT_BYTES = 20_000
log = logging.getLogger(__name__)


@public
@require_safe
def home(request: AnyRequest) -> HttpResponse:
    """Sign-in; or the training, until it is in date; or your work."""
    user, member = request.user, request.member
    if not has_passed(user):
        return redirect(settings.LOGIN_URL)
    if can(user, Action.ADMINISTER):
        return redirect("admin:index")
    if member is not None and can(member, Action.OPEN_TRAINING) and (due := due_modules(member)):
        return render(request, "training_first.html", {"due": due, "minutes": sum(module.minutes for module in due)})
    if member is not None and can(member, Action.OPEN_WORK):
        return render(request, "home.html", _work_of(member))
    if member is not None and can(member, Action.VIEW_PARTICIPANT):
        return redirect("participants:overview")
    return render(request, "paused.html", {"member": member})


def _work_of(member: Member) -> dict[str, Any]:
    own = Contribution.objects.in_force().filter(participant=member.participant)
    return {
        "due_label": capped_count(Review.objects.visible_to(member).due()).label,
        "held": Review.objects.held_by(member).select_related("signal").order_by("held_until"),
        "uploads": Upload.objects.visible_to(member).order_by("-pk")[:LATEST_UPLOADS],
        "shared_count": capped_count(own).label,
        "confirmed_count": capped_count(own.filter(signal__contributor_count__gt=1)).label,
        "can_review": can(member, Action.DECIDE),
        "can_share": can(member, Action.SHARE_SIGNALS),
    }


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the portal is, and whom to tell where it is not."""
    return render(request, "accessibility.html", {"contact": settings.ACCESSIBILITY_CONTACT})


@public
@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116). It always expires in half a year: a server that is left alone says so."""
    expires = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=180)
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        f"Policy: {settings.SITE_URL}/governance/",
    )
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read; one that is far too large is told so."""
    too_large = isinstance(exception, RequestDataTooBig)
    return render(request, "400.html", {"too_large": too_large}, status=413 if too_large else 400)


def broken(_request: HttpRequest) -> HttpResponse:
    """Something failed: 500, and 503 where it is the database that is away or full. Django calls it while it handles
    the error; the page asks nothing of what may be broken.
    """
    is_away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    response = HttpResponse(get_template("500.html").render(), status=503 if is_away else 500)
    if is_away:
        response["Retry-After"] = "5"
    return response


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """More tries at signing in, or letters asked for, than a person makes."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


@public
@require_safe
@transaction.non_atomic_requests
def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
@transaction.non_atomic_requests
def readyz(_request: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers as the application's role. A stranger hears yes or no."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("not ready\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


@public
@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser tells that the content security policy held something back. Only which rule it was is logged."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    if 0 < length <= MOST_REPORT_BYTES and consume(request, action="csp_report"):
        log.warning("the content security policy held something back: %s", _held_back(request.body))
    return HttpResponse(status=204)


def _held_back(body: bytes) -> str:
    """The rule of a report, where it is one of ours; nothing else of it is looked at."""
    try:
        told = json.loads(body)
        told = told.get("csp-report", told) if isinstance(told, dict) else told[0]["body"]
        words = str(told.get("effective-directive") or told.get("effectiveDirective") or "").split()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "unreadable"
    known = {*settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], "script-src-elem", "script-src-attr", "style-src-elem"}
    return words[0] if words and words[0] in known | {"style-src-attr"} else "another"
