"""The browsers in which one is signed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import SessionForm
from accounts.models import Session
from accounts.requests import PersonRequest
from accounts.services import end_sessions
from accounts.session_store import row_key
from lantern.lib.marks import personal


@personal()
@require_safe
def sessions(request: PersonRequest) -> HttpResponse:
    """Every session of one's own, this one first."""
    found = Session.objects.filter(user=request.user, expire_date__gt=timezone.now()).order_by("-seen_at")
    here = row_key(request.session.session_key or "")
    return render(request, "accounts/sessions.html", {"sessions": found, "here": here})


@personal()
@require_POST
def end(request: PersonRequest) -> HttpResponse:
    """End one of them."""
    form = SessionForm(request.POST)
    here = row_key(request.session.session_key or "")
    if form.is_valid() and form.cleaned_data["session"] != here:
        ended = end_sessions(request.user, only=form.cleaned_data["session"], by=request.user)
        messages.success(request, "The session has ended." if ended else "That session had ended already.")
    return redirect("accounts:sessions")


@personal()
@require_POST
def end_others(request: PersonRequest) -> HttpResponse:
    """End all but this one."""
    ended = end_sessions(request.user, but=row_key(request.session.session_key or ""), by=request.user)
    messages.success(request, f"Sessions ended: {ended}.")
    return redirect("accounts:sessions")
