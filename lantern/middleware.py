"""What every request passes: the headers of every answer, and the gate."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from accounts.kept_forms import keep_form
from accounts.models import User
from accounts.passing import has_passed, recently_confirmed
from lantern.lib import request_ids
from lantern.lib.compiled import CompiledQuery, Parameter
from lantern.lib.logs import route_of
from lantern.lib.marks import Mark, mark_of
from lantern.lib.tenancy import Scope, acting, narrow
from lantern.lib.wire import stated_length
from participants.models import Member
from participants.policies import Action, can, rights_asked_once

log = logging.getLogger(__name__)
requests_log = logging.getLogger("lantern.requests")
PROBES = {"/livez", "/readyz", "/metrics"}
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """Names the request, in its answer too, and logs one line about it: the pattern of its address, never its parts.

    A name from outside is taken over only behind a trusted proxy, and only where it is a UUID.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(request_ids.HEADER) if settings.ALLAUTH_TRUSTED_PROXY_COUNT else None
        begun = time.monotonic()
        with request_ids.named(given) as name:
            response = self.get_response(request)
            response[request_ids.HEADER] = name
            facts = {"method": request.method, "route": route_of(request), "status": response.status_code}
            facts["ms"] = round((time.monotonic() - begun) * 1000)
            level = logging.DEBUG if request.path in PROBES else logging.INFO
            requests_log.log(level, "%(method)s %(route)s %(status)s %(ms)s ms", facts, extra=facts)
            return response


class Headers:
    """Headers that every answer bears, error pages and redirects included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] += ", no-store"
        return response


class Bounds:
    """Refuses a request that is larger than its sender may send, by its stated length, before any of it is read.

    The server passes on no more than the stated length, and nothing of a body that states none. A length that is no
    number, and letters that are not UTF-8's (which no form of ours asks for), are refused too.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = stated_length(request)
        if length is None or not getattr(request, "is_readable", True):
            return render(request, "400.html", status=400)
        if length > _most_bytes(request):
            return render(request, "400.html", {"too_large": True}, status=413)
        return self.get_response(request)


def _most_bytes(request: HttpRequest) -> int:
    if auth.SESSION_KEY not in request.session:
        return int(settings.STRANGERS_MAX_BYTES)
    if request.path == reverse("signals:upload_new"):
        return 2 * int(settings.UPLOAD_MAX_BYTES)
    return int(settings.REQUEST_MAX_BYTES)


class Gate:
    """Puts the request into a transaction with its tenant, and lets through only who may pass.

    A view without a mark answers nobody. Somebody who is not signed in, or has not passed the one-time code, is sent to
    sign in; somebody who may not do what the view is for gets a 404. A view that raises has changed nothing (each view
    runs in a savepoint of its own, `ATOMIC_REQUESTS`); an answer that fails later takes the whole transaction back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in {"/livez", "/readyz"}:
            return self.get_response(request)
        user = request.user
        request.member = None  # type: ignore[attr-defined]
        if not (has_passed(user) and isinstance(user, User)):
            with acting(Scope.PUBLIC):
                return self._answer(request)
        with acting(Scope.USER, user_id=user.pk):
            member = _member.first(user=user.pk)
            if member is not None:
                request.member = member  # type: ignore[attr-defined]
                narrow(Scope.MEMBER, participant_id=member.participant_id, user_id=user.pk)
            elif user.coalition_role:
                narrow(Scope.STAFF, user_id=user.pk)
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        with rights_asked_once():
            response = self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Decide by the view's mark. Admin pages are staff's, each of them."""
        mark = mark_of(view)
        if request.resolver_match and "admin" in request.resolver_match.app_names:
            mark = Mark(Action.ADMINISTER, passed=True, fresh=_admin_asks_again(request, view, mark))
        if mark is None:
            log.error(
                "the view of %s bears no mark and answers nobody",
                request.resolver_match and request.resolver_match.route,
            )
            raise Http404
        if not mark.passed:
            return None
        if not has_passed(request.user):
            return _sign_in_first(request)
        if mark.action and not can(request.member or request.user, Action(mark.action)):  # type: ignore[arg-type,attr-defined]
            raise Http404
        if mark.fresh and not recently_confirmed(request):
            return _confirm_first(request)
        return None


@CompiledQuery
def _member() -> QuerySet[Member]:
    return Member.objects.select_related("user", "participant__auth_group").filter(user=Parameter("user"))


def _admin_asks_again(request: HttpRequest, view: Any, mark: Mark | None) -> bool:
    """In the admin exports ask for a factor again, and so do changes where the model's page or the view says so."""
    name = (request.resolver_match and request.resolver_match.url_name) or ""
    says_so = getattr(getattr(view, "model_admin", None), "fresh_changes", False) or (mark is not None and mark.fresh)
    return name.endswith("_export") or (request.method == "POST" and says_so)


def _confirm_first(request: HttpRequest) -> HttpResponse:
    kept = request.method == "POST" and keep_form(request)
    onward = reverse("accounts:kept") if kept else request.get_full_path() if request.method == "GET" else "/"
    return _lead_to(request, f"{reverse('accounts:confirm')}?{urlencode({'next': onward})}")


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    # Somebody who passed the password on an older path but no code must begin again.
    if request.user.is_authenticated:
        auth.logout(request)
    if request.method == "POST":
        keep_form(request)
    if request.headers.get("HX-Request"):
        return _lead_to(request, reverse(settings.LOGIN_URL))
    next_url = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(next_url)


def _lead_to(request: HttpRequest, url: str) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response
