"""One's own factors: authenticators, passkeys, recovery codes."""

import json
from typing import Any, cast

import django_otp
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.utils import rewrite_exceptions

from accounts import passkeys
from accounts.enrolment import forget_seed, shown, waiting_seed
from accounts.factors import (
    CodeRefused,
    LastFactor,
    NameTaken,
    confirm_authenticator,
    enroll_passkey,
    make_recovery_codes,
    remove_factor,
    strong_factors,
)
from accounts.forms import FactorForm, NamedCodeForm, PasskeyForm
from accounts.passing import has_passed
from accounts.requests import PersonRequest
from accounts.session_store import SessionStore
from accounts.views.confirming import confirmed, safe_next
from accounts.views.signing_in import REFUSED, finish, pending
from lantern.lib.marks import personal, public

LAST = "This is your only factor. Add another one first."
BAD_NAME = "A passkey cannot have this name. Choose another, of at most 64 characters."
NOT_ACCEPTED = "The passkey was not accepted. Nothing has changed; try again, or use a code."


@personal(fresh=True)
@never_cache
def authenticator_new(request: PersonRequest) -> HttpResponse:
    """Set up one more authenticator."""
    seed = waiting_seed(request)
    form = NamedCodeForm(request.POST or None)
    if form.is_valid():
        try:
            confirm_authenticator(request.user, seed=seed, **form.cleaned_data, by=request.user, first=False)
        except CodeRefused:
            form.add_error("code", REFUSED)
        except NameTaken:
            form.add_error("name", "You have one of that name already.")
        else:
            forget_seed(request)
            messages.success(request, "The authenticator was added.")
            return redirect("accounts:security")
    context = {"form": form, "shown": shown(seed, request.user.email)}
    return render(request, "accounts/authenticator_new.html", context, status=422 if form.errors else 200)


@personal(fresh=True)
@require_POST
def remove(request: PersonRequest) -> HttpResponse:
    """Take away one of one's own factors."""
    form = FactorForm(request.POST)
    wanted = form.cleaned_data["factor"] if form.is_valid() else ""
    device = next((each for each in strong_factors(request.user) if each.persistent_id == wanted), None)
    if device is not None:
        try:
            remove_factor(request.user, device, by=request.user)
        except LastFactor:
            messages.error(request, LAST)
        else:
            messages.success(request, "It was removed.")
    return redirect("accounts:security")


@personal(fresh=True)
@require_POST
@never_cache
def recovery(request: PersonRequest) -> HttpResponse:
    """Make new recovery codes and show them, once."""
    codes = make_recovery_codes(request.user, by=request.user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "onward": reverse("accounts:security")})


@personal(fresh=True)
def passkey_new(request: PersonRequest) -> HttpResponse:
    """The page on which a passkey is made; the browser does it, with JavaScript."""
    context = {"form": PasskeyForm(), "possible": passkeys.are_possible(request)}
    return render(request, "accounts/passkey_new.html", context)


@personal(fresh=True)
@require_POST
def passkey_new_begin(request: PersonRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    options, state = passkeys.Ceremony(request).register_begin(user=request.user)
    request.session[passkeys.REGISTERING] = state
    return JsonResponse(options)


@personal(fresh=True)
@require_POST
def passkey_new_complete(request: PersonRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    state, answer = cast(SessionStore, request.session).take(passkeys.REGISTERING), _json(request)
    form = PasskeyForm({"name": answer.pop("name", "") or "passkey"})
    if state is None or not form.is_valid():
        return JsonResponse({"problem": NOT_ACCEPTED if state is None else BAD_NAME}, status=422)
    try:
        with rewrite_exceptions():
            ceremony = passkeys.Ceremony(request)
            enroll_passkey(
                request.user, ceremony, state=state, data=answer, name=form.cleaned_data["name"], by=request.user
            )
    except (OTPWebAuthnApiError, IntegrityError):  # one that is kept already, for this person or another
        return JsonResponse({"problem": NOT_ACCEPTED}, status=422)
    messages.success(request, "The passkey was added.")
    return JsonResponse({"to": reverse("accounts:security")})


@public
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What the browser needs to answer with a passkey, at sign-in after the password or to confirm."""
    user = _whose(request)
    if user is None:
        return JsonResponse({"problem": NOT_ACCEPTED}, status=422)
    options, state = passkeys.Ceremony(request).authenticate_begin(user=user, require_user_verification=False)
    request.session[passkeys.USING] = {**state, "person": user.pk}
    return JsonResponse(options)


@public
@require_POST
def passkey_complete(request: Any) -> HttpResponse:
    """Finish signing in, or confirm, with the passkey's answer. A challenge is answered once."""
    user, state, answer = _whose(request), request.session.take(passkeys.USING), _json(request)
    if user is None or state is None or state["person"] != user.pk:
        return JsonResponse({"problem": NOT_ACCEPTED}, status=422)
    onward = safe_next(request, str(answer.pop("next", "")))
    try:
        with rewrite_exceptions():
            device = passkeys.Ceremony(request).authenticate_complete(user=user, state=state, data=answer)
    except OTPWebAuthnApiError:
        return JsonResponse({"problem": NOT_ACCEPTED}, status=422)
    stage = pending(request)
    if stage is not None:
        return JsonResponse({"to": finish(request, stage, device)["Location"]})
    django_otp.login(request, device)
    confirmed(request)
    return JsonResponse({"to": onward})


def _whose(request: HttpRequest) -> Any:
    stage = pending(request)
    if stage is not None:
        return stage.login.user if stage.login.user.is_active else None
    return request.user if has_passed(request.user) else None


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
