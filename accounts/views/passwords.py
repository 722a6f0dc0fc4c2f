"""One's own password and e-mail address, and a password one forgot."""

import hmac
import time
from secrets import randbelow
from typing import cast

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.email_change import begin_change, waiting_change
from accounts.forms import AddressForm, LetterCodeForm, NewAddressForm, NewPasswordForm
from accounts.requests import PersonRequest
from accounts.resets import LinkUsed, ask_reset, choose_by_link, person_of
from accounts.services import EmailTaken, change_email, change_password
from lantern.lib.marks import personal, public

TOKEN = "password_reset_token"  # noqa: S105 -- the name of a place in the session
HIDDEN = "choose"
WRONG_CODE = "That is not the code from the letter. After five wrong ones you begin again."


@public
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a letter with which to choose a new password. The answer is the same for every address."""
    form = AddressForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"].lower()
        if limited := ratelimit.consume_or_429(request, action="reset_password", key=email):
            return cast(HttpResponse, limited)
        ask_reset(email)
        return redirect("accounts:password_asked")
    return render(request, "accounts/password_forgotten.html", {"form": form}, status=422 if form.errors else 200)


@public
def asked(request: HttpRequest) -> HttpResponse:
    """Where to look now."""
    return render(request, "accounts/password_asked.html")


@public
@never_cache
@sensitive_post_parameters("password", "again")
def choose(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Choose a new password by the link of a letter. It signs nobody in: the second step stands as ever.

    The link's secret moves into the session at once, so that it stays in no address.
    """
    if limited := ratelimit.consume_or_429(request, action="reset_password_from_key"):
        return cast(HttpResponse, limited)
    if token != HIDDEN:
        request.session[TOKEN] = token
        return redirect("accounts:password_choose", uid, HIDDEN)
    user = person_of(uid, request.session.get(TOKEN, ""))
    if user is None:
        return render(request, "accounts/password_too_late.html", status=410)
    form = NewPasswordForm(request.POST or None, user=user)
    if form.is_valid():
        try:
            choose_by_link(user, request.session.pop(TOKEN), form.cleaned_data["password"])
        except LinkUsed:
            return render(request, "accounts/password_too_late.html", status=410)
        messages.success(request, "Your password was changed. Sign in with it.")
        return redirect("account_login")
    context = {"form": form, "person": user}
    return render(request, "accounts/password_choose.html", context, status=422 if form.errors else 200)


@personal(fresh=True)
@never_cache
@sensitive_post_parameters("password", "again")
def password(request: PersonRequest) -> HttpResponse:
    """Choose another password. This session stays, all others end."""
    form = NewPasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        change_password(request.user, form.cleaned_data["password"], by=request.user)
        update_session_auth_hash(request, request.user)
        messages.success(request, "Your password was changed. Your other sessions have ended.")
        return redirect("accounts:security")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@personal(fresh=True)
@never_cache
def email(request: PersonRequest) -> HttpResponse:
    """Ask for another e-mail address: a code goes there first."""
    form = NewAddressForm(request.POST or None)
    if form.is_valid():
        if limited := ratelimit.consume_or_429(request, action="manage_email", user=request.user):
            return cast(HttpResponse, limited)
        begin_change(request, form.cleaned_data["email"].lower(), code=f"{randbelow(10**8):08d}")
        return redirect("accounts:email_code")
    return render(request, "accounts/email.html", {"form": form}, status=422 if form.errors else 200)


@personal(fresh=True)
@never_cache
def email_code(request: PersonRequest) -> HttpResponse:
    """Type the code that came to the new address: from then on it is the one to sign in with."""
    change = waiting_change(request)
    if change is None:
        return redirect("accounts:email")
    form = LetterCodeForm(request.POST or None)
    if form.is_valid():
        if hmac.compare_digest(form.cleaned_data["code"].encode(), change.code.encode()) and time.time() < change.until:
            return _take(request, change.address)
        form.add_error("code", WRONG_CODE)
        change.count_wrong(request)
    context = {"form": form, "address": change.address}
    return render(request, "accounts/email_code.html", context, status=422 if form.errors else 200)


def _take(request: PersonRequest, address: str) -> HttpResponse:
    try:
        change_email(request.user, address, by=request.user)
    except EmailTaken:
        messages.error(request, "This address cannot be used.")
    else:
        messages.success(request, "Your e-mail address was changed.")
    request.session.pop("email_change", None)
    return redirect("accounts:security")
