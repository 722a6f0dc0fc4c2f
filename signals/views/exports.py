"""Lists that leave the portal: asked for, agreed to, downloaded."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import capped_count, first_page
from participants.policies import Action, can
from participants.requests import MemberRequest
from signals.exporting import (
    NothingToExport,
    NotReady,
    TooLong,
    ask_for_export,
    decide_export,
    export_file,
    exportable,
)
from signals.filters import SignalFilter
from signals.models import Export
from signals.pace import paced
from signals.page_forms import ExportForm
from signals.page_keys import after_key, next_url
from signals.views.csv_file import csv_answer

TOO_LATE = "That cannot be done: it is decided already, or it is your own."
NOT_READY = "The list has changed since it was agreed to. Ask for it again."


@requires(Action.VIEW_SIGNALS)
@require_safe
def exports(request: MemberRequest) -> HttpResponse:
    """The lists that were asked for at the member's company."""
    found = (
        Export.objects.visible_to(request.member).select_related("asked_by__user", "decided_by__user").order_by("-pk")
    )
    before = after_key(request)
    page, more = first_page(found.filter(pk__lt=before) if before else found)
    context = {
        "exports": page,
        "may_decide": can(request.member, Action.APPROVE_EXPORTS),
        "next_url": next_url(request, page[-1].pk) if more else None,
    }
    return render(request, "signals/exports.html", context)


@requires(Action.VIEW_SIGNALS, fresh=True)
@paced("export")
def new(request: MemberRequest) -> HttpResponse:
    """Ask to take out what a filter shows. The filter is in the address, as on the list."""
    words = SignalFilter(request.GET, member=request.member).words
    size = capped_count(exportable(words, request.member), settings.EXPORT_MAX_ROWS)
    form = ExportForm(request.POST or None)
    if form.is_valid():
        try:
            export = ask_for_export(words, **form.cleaned_data, by=request.member)
            messages.success(request, f"{export.size:,} signals: {export.state_label}.")
            return redirect("signals:exports")
        except NothingToExport:
            form.add_error(None, "There is nothing in this list that may leave the portal.")
        except TooLong:
            form.add_error(None, f"More than {settings.EXPORT_MAX_ROWS:,} signals cannot be taken out at once.")
    context = {
        "form": form,
        "size": size,
        "waits": size.number > settings.EXPORT_APPROVAL_ROWS,
        "approval_rows": settings.EXPORT_APPROVAL_ROWS,
    }
    return render(request, "signals/export_new.html", context, status=422 if form.errors else 200)


@requires(Action.APPROVE_EXPORTS, fresh=True)
@require_POST
def approve(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """Agree to a long list."""
    return _decide(request, export_id, agree=True)


@requires(Action.APPROVE_EXPORTS, fresh=True)
@require_POST
def refuse(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """Refuse it."""
    return _decide(request, export_id, agree=False)


@requires(Action.VIEW_SIGNALS, fresh=True)
@paced("export")
@require_POST
def download(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """The list as CSV. By POST, because taking it out is recorded each time."""
    found = get_object_or_404(Export.objects.visible_to(request.member), pk=export_id)
    try:
        return csv_answer("".join(export_file(found, by=request.member)), "signals.csv")
    except NotReady:
        messages.warning(request, NOT_READY)
        return redirect("signals:exports")


def _decide(request: MemberRequest, export_id: UUID, *, agree: bool) -> HttpResponse:
    found = get_object_or_404(Export.objects.visible_to(request.member), pk=export_id)
    try:
        decide_export(found, agree=agree, by=request.member)
        messages.success(request, "Agreed." if agree else "Refused.")
    except NotReady:
        messages.warning(request, TOO_LATE)
    return redirect("signals:exports")
