"""The way in: from the link of a letter to a name and a password."""

from typing import cast

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantern.lib.marks import public
from participants.forms import JoinForm
from participants.invitations import (
    LinkClosed,
    LinkExpired,
    LinkUnknown,
    LinkUsed,
    LinkWithdrawn,
    accept,
    hash_of,
    invitation_of,
)
from participants.models import Role
from participants.sign_on import signs_on_only

KEPT = "invitation"
REFUSALS: dict[type[Exception], str] = {
    LinkUnknown: "This link is not known. It may have been cut off on the way, or replaced by a newer one: look for "
    "the "
    "latest letter, or ask whoever invited you for a new link.",
    LinkUsed: "This invitation has been accepted already. If that was you, sign in with your e-mail address; if not, "
    "tell whoever invited you.",
    LinkWithdrawn: "This invitation was withdrawn. Ask whoever invited you if you think that it should not have been.",
    LinkExpired: "This invitation has run out. Ask whoever invited you for a new link.",
    LinkClosed: "This invitation cannot be accepted at the moment. Ask whoever invited you, or the coalition.",
}


@public
@never_cache
@require_safe
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what the link says and go on without it, so that no later page or log names it."""
    request.session[KEPT] = hash_of(token)
    return redirect("participants:join")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """What the invitation is, and a name and a password; then the second factor."""
    if request.user.is_authenticated:
        return render(request, "participants/join_signed_in.html")
    kept = request.session.get(KEPT, "")
    try:
        invitation = invitation_of(kept)
        by_company = signs_on_only(invitation.participant)
        form = JoinForm(request.POST or None, address=invitation.address, with_password=not by_company)
        if form.is_valid():
            member = accept(kept, name=form.cleaned_data["name"], password=form.cleaned_data.get("password"))
            del request.session[KEPT]
            if by_company:
                messages.success(request, "Your account is made. Now sign in through your company.")
                return redirect("sign_on")
            # As if the password had just been typed on the sign-in page: what follows is the second step.
            return cast(HttpResponse, perform_login(request, member.user))
    except tuple(REFUSALS) as refusal:
        return _refused(request, refusal)
    context = {"invitation": invitation, "role": Role(invitation.role).label, "form": form, "by_company": by_company}
    return render(request, "participants/join.html", context, status=422 if form.errors else 200)


def _refused(request: HttpRequest, refusal: Exception) -> HttpResponse:
    used = isinstance(refusal, LinkUsed)
    return render(request, "participants/join_refused.html", {"why": REFUSALS[type(refusal)], "used": used}, status=410)
