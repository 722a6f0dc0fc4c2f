"""The public application: begun, found again by its link, saved, handed in.

The secret of the link stands in its address alone: opening it puts the application into the visitor's session, and the
pages that follow have addresses that say nothing.
"""

from contextlib import suppress
from typing import Any
from uuid import UUID

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern.lib.marks import public
from participants.answer_forms import AnswerForm, start_form
from participants.applying import (
    AlreadySubmitted,
    find_draft,
    read_application,
    save_draft,
    start_application,
    submit_application,
)
from participants.models import Application
from participants.questions import APPLICATION, COMPANY, CONTACTS, VETTING

IN_SESSION = "application"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Begin: name and address, then the link, shown this once and sent by mail."""
    form = start_form(request.POST or None)
    if not form.is_valid():
        return render(request, "participants/apply.html", {"form": form}, status=422 if form.errors else 200)
    if not consume(request, action="apply", key=str(form.answers["contact_email"]).lower()):
        return _too_many(request)
    application, secret = start_application(form.answers)
    request.session[IN_SESSION] = str(application.pk)
    return render(request, "participants/apply_link.html", {"secret": secret}, status=201)


@public
@require_safe
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """The link from the mail. It always leads on: what is answered with an error is logged with its address."""
    found = find_draft(secret)
    if found is None:
        messages.error(request, "This link opens nothing. The draft may have been removed after a long time unused.")
        return redirect("programme:apply")
    request.session[IN_SESSION] = str(found)
    return redirect("programme:draft")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """The draft, to be read and saved; what was handed in, to be read."""
    application = _of_session(request)
    if application.submitted_at:
        return render(request, "participants/applied.html", {"application": application})
    form = AnswerForm(request.POST or None, questions=APPLICATION, draft=True, initial=application.opened_answers)
    if form.is_valid():
        with suppress(AlreadySubmitted):  # the page says so
            save_draft(application, form.answers)
            messages.success(request, "Saved. The link in your mail opens the draft again.")
        return redirect("programme:draft")
    return _show(request, form, status=422 if form.errors else 200)


@public
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """Hand it in. What cannot be handed in yet is kept as a draft and says what is missing."""
    application = _of_session(request)
    if application.submitted_at:
        return redirect("programme:draft")
    form = AnswerForm(request.POST, questions=APPLICATION)
    kept = AnswerForm(request.POST, questions=APPLICATION, draft=True)
    try:
        if form.is_valid():
            submit_application(application, form.answers)
            return redirect("programme:draft")
        if kept.is_valid():
            save_draft(application, kept.answers)
    except AlreadySubmitted:  # by a request that was quicker
        return redirect("programme:draft")
    return _show(request, form, status=422)


def _of_session(request: HttpRequest) -> Application:
    known = request.session.get(IN_SESSION)
    application = read_application(UUID(known)) if known else None
    if application is None:
        raise Http404
    return application


def _show(request: HttpRequest, form: AnswerForm, *, status: int) -> HttpResponse:
    groups: list[dict[str, Any]] = [
        {"title": title, "fields": [form[question.name] for question in questions]}
        for title, questions in (
            ("Your company", COMPANY),
            ("Whom we can reach", CONTACTS),
            ("How you work", VETTING),
        )
    ]
    return render(request, "participants/draft.html", {"form": form, "groups": groups}, status=status)


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "participants/too_many.html", status=429)
