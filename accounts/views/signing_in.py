"""Signing in: the one-time code after the password."""

from typing import Any, cast

import django_otp
from allauth.account.stages import LoginStageController
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms import CodeForm
from accounts.models import Authenticator
from accounts.services import spend_code
from accounts.stages import OneTimeCodeStage
from lantern.lib.marks import public


@public
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Ask for a one-time code of the person whose password was right, and finish signing in."""
    stage = _pending(request)
    if stage is None:
        return redirect("account_login")
    user = stage.login.user
    if not Authenticator.objects.filter(user=user, confirmed=True).exists():
        return render(request, "accounts/no_device.html")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = spend_code(user, form.cleaned_data["code"])
        if device is not None:
            response = cast(HttpResponse, stage.exit())
            django_otp.login(request, device)
            return response
        form.add_error("code", "That code was not accepted. A code works once, for about a minute: wait for the next.")
    return render(request, "accounts/code.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_POST
def abandon(request: HttpRequest) -> HttpResponse:
    """Give up a sign-in that waits for its code, to begin again as somebody else."""
    stage = _pending(request)
    return cast(HttpResponse, stage.abort()) if stage is not None else redirect("account_login")


def _pending(request: HttpRequest) -> Any:
    """The sign-in that waits for a code, or None. (allauth carries no type annotations here.)"""
    return LoginStageController.enter(request, OneTimeCodeStage.key)
