"""Signing in: the second step after the password, and the first factor of somebody who has none."""

from typing import Any, cast

import django_otp
from allauth.account.stages import LoginStageController
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import passkeys
from accounts.enrolment import forget_seed, shown, waiting_seed
from accounts.factors import CodeRefused, NameTaken, confirm_authenticator, make_recovery_codes, spend_code
from accounts.forms import AnyCodeForm, CodeForm
from accounts.kept_forms import kept_form
from accounts.passing import must_enroll
from accounts.stages import OneTimeCodeStage
from lantern.lib.marks import public

REFUSED = "That code was not accepted. A code works once, for about a minute: wait for the next."


@public
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the second step of the person whose password was right, and finish signing in."""
    stage = pending(request)
    if stage is None:
        return redirect("account_login")
    user = stage.login.user
    if must_enroll(user):
        return redirect("accounts:enroll")
    form = AnyCodeForm(request.POST or None)
    if form.is_valid():
        device = spend_code(user, form.cleaned_data["code"])
        if device is not None:
            return finish(request, stage, device)
        form.add_error("code", REFUSED)
    context = {"form": form, "passkeys": passkeys.are_offered(request, user)}
    return render(request, "accounts/code.html", context, status=422 if form.errors else 200)


@public
@never_cache
def enroll(request: HttpRequest) -> HttpResponse:
    """Set up the first authenticator of somebody whose password was right, show recovery codes, and let them in."""
    stage = pending(request)
    if stage is None:
        return redirect("account_login")
    user = stage.login.user
    if not must_enroll(user):
        return redirect("accounts:code")
    seed = waiting_seed(request)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device = confirm_authenticator(
                user, seed=seed, code=form.cleaned_data["code"], name="authenticator", by=user, first=True
            )
        except CodeRefused:
            form.add_error("code", REFUSED)
        except NameTaken:
            return redirect("accounts:code")
        else:
            codes = make_recovery_codes(user, by=user)
            forget_seed(request)
            onward = finish(request, stage, device)["Location"]
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "onward": onward})
    context = {"form": form, "shown": shown(seed, user.email)}
    return render(request, "accounts/enroll.html", context, status=422 if form.errors else 200)


@public
@require_POST
def abandon(request: HttpRequest) -> HttpResponse:
    """Give up a sign-in that waits for its second step, to begin again as somebody else."""
    stage = pending(request)
    return cast(HttpResponse, stage.abort()) if stage is not None else redirect("account_login")


def pending(request: HttpRequest) -> Any:
    """The sign-in that waits for its second step, or None. (allauth carries no type annotations here.)"""
    return LoginStageController.enter(request, OneTimeCodeStage.key)


def finish(request: HttpRequest, stage: Any, device: Any) -> HttpResponse:
    """Sign the person in past both steps; a form that waits for them comes first."""
    response = cast(HttpResponse, stage.exit())
    django_otp.login(request, device)
    return redirect("accounts:kept") if kept_form(request) else response
