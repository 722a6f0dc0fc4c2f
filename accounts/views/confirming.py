"""Proving again who one is, and the form that waited meanwhile."""

from typing import cast

import django_otp
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import passkeys
from accounts.clock import seconds_left
from accounts.factors import spend_code
from accounts.forms import AnyCodeForm
from accounts.kept_forms import forget_form, kept_form
from accounts.passing import confirm_now
from accounts.requests import PersonRequest
from accounts.views.signing_in import REFUSED
from audit.events import Event
from audit.record import record
from lantern.lib.marks import personal


@personal()
@never_cache
def confirm(request: PersonRequest) -> HttpResponse:
    """Ask the signed-in person for a factor once more, and lead on to where they were going."""
    onward = safe_next(request, request.GET.get("next", ""))
    form = AnyCodeForm(request.POST or None)
    if form.is_valid():
        if limited := ratelimit.consume_or_429(request, action="reauthenticate", user=request.user):
            return cast(HttpResponse, limited)
        device = spend_code(request.user, form.cleaned_data["code"])
        if device is not None:
            django_otp.login(request, device)
            confirmed(request)
            return redirect(onward)
        form.add_error("code", REFUSED)
    context = {"form": form, "passkeys": passkeys.are_offered(request, request.user), "next": onward}
    return render(request, "accounts/confirm.html", context, status=422 if form.errors else 200)


@personal()
@never_cache
def kept(request: PersonRequest) -> HttpResponse:
    """The form that waited while its writer signed in: send it, or let it go."""
    form = kept_form(request)
    if form is None:
        return redirect("home")
    if request.method == "POST":
        forget_form(request)
        return redirect("home")
    return render(request, "accounts/kept.html", {"kept": form})


@personal()
@require_POST
def stay(request: PersonRequest) -> HttpResponse:
    """Still here: the request itself is the activity."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"left": seconds_left(request.session)})
    return redirect("home")


@personal()
@require_safe
def session_left(request: PersonRequest) -> HttpResponse:
    """How many seconds this session has. Asked with the header `X-Session-Left` it is no activity."""
    return JsonResponse({"left": seconds_left(request.session)})


def confirmed(request: PersonRequest) -> None:
    """The person has just proved it."""
    confirm_now(request)
    record(Event.FACTOR_CONFIRMED, request.user, by=request.user)


def safe_next(request: PersonRequest, wanted: str) -> str:
    """`wanted` if it is a page of this portal, else the first page."""
    hosts = {request.get_host()}
    fine = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=settings.HTTPS)
    return wanted if fine and wanted.startswith("/") else "/"
