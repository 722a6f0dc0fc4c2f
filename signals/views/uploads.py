"""Files: choose, check, preview, share; each step a page one can leave and come back to."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit.events import Event
from audit.record import record
from lantern.lib.csvfile import rows_as_csv
from lantern.lib.marks import requires
from lantern.lib.paging import first_page
from participants.models import Member
from participants.policies import Action, can, groups_for
from participants.requests import MemberRequest
from signals.approving import SamePerson, approve, ask_approval, decline
from signals.columns import NATIVE
from signals.dictionary import COLUMN_DICTIONARY
from signals.error_file import error_file, kept_until
from signals.forms import UploadForm
from signals.harm_choice import choose_harm_types, to_choose_for
from signals.intake import start_upload
from signals.map_form import DeclineForm, HarmTypesForm, MapForm
from signals.mapping import NotReady as CannotMap
from signals.mapping import Unmapped, map_columns
from signals.models import Outcome, Upload, UploadChunk
from signals.page_keys import after_key, next_url
from signals.upload_page import page_of, progress_of
from signals.upload_preview import columns_of, header_of
from signals.uploads import NotReady, cancel_upload, confirm_upload

CSV_TYPE = "text/csv; charset=utf-8"
SAME_PERSON = "A second person decides: not who sent the file, and not who asked. Nothing has changed."
TOO_LATE = "That cannot be done any more: the upload has moved on. This is how it stands now."


@requires(Action.VIEW_SIGNALS)
@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """The uploads of the member's company."""
    uploads = Upload.objects.visible_to(request.member).select_related("by__user").order_by("-pk")
    before = after_key(request)
    page, more = first_page(uploads.filter(pk__lt=before) if before else uploads)
    context = {
        "uploads": page,
        "can_share": can(request.member, Action.UPLOAD_SIGNALS),
        "next_url": next_url(request, page[-1].pk) if more else None,
    }
    return render(request, "signals/uploads.html", context)


@requires(Action.UPLOAD_SIGNALS)
def new(request: MemberRequest) -> HttpResponse:
    """Choose a file and have it checked."""
    groups = groups_for(request.member, Action.UPLOAD_SIGNALS)
    form = UploadForm(request.POST or None, request.FILES or None, groups=groups)
    if request.method == "POST" and form.is_valid():
        upload = start_upload(form.cleaned_data["file"], group=form.chosen_group, by=request.member)
        return redirect("signals:upload", upload.pk)
    limits = {
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000,
        "max_rows_label": f"{settings.UPLOAD_MAX_ROWS:,}",
    }
    context = {"form": form, "limits": limits, "columns": COLUMN_DICTIONARY}
    return render(request, "signals/upload_new.html", context, status=422 if form.errors else 200)


@requires(Action.VIEW_SIGNALS)
@require_safe
def upload(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """How an upload stands."""
    return _page(request, _visible(request, upload_id))


@requires(Action.VIEW_SIGNALS)
@require_safe
def progress(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """The part of the page that is asked for every second; once the work is over, the word to load the page anew."""
    found = _visible(request, upload_id)
    response = render(request, "signals/_upload_progress.html", {"upload": found, "progress": progress_of(found)})
    if not found.is_running:
        response["HX-Refresh"] = "true"
    return response


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def apply(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Share the good rows."""
    return _moved(request, upload_id, confirm_upload)


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def ask(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Ask for the second person that so many rows take."""
    return _moved(request, upload_id, ask_approval)


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def agree(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Be the second person, and agree."""
    return _moved(request, upload_id, approve)


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def refuse(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Be the second person, and decline with a reason."""
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, _visible(request, upload_id), decline_form=form, status=422)
    return _moved(request, upload_id, partial(_decline, words=form.cleaned_data["words"]))


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def columns(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Say which column of the file holds what, and have it checked again."""
    found = _visible(request, upload_id)
    header = header_of(found)
    form = MapForm(request.POST, columns=columns_of(found, header))
    if form.is_valid():
        try:
            map_columns(found, header, form.chosen, by=request.member)
            messages.success(
                request, "The file is checked again. The next one with these columns is read the same way."
            )
            return redirect("signals:upload", found.pk)
        except Unmapped as unmapped:
            form.explain(unmapped)
        except CannotMap:
            messages.warning(request, TOO_LATE)
            return redirect("signals:upload", found.pk)
    return _page(request, found, map_form=form, status=422)


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def harm_types(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Say which harm types the rows have that name none, and have the file checked again."""
    found = _visible(request, upload_id)
    untagged = to_choose_for(found)
    form = HarmTypesForm(request.POST, untagged=untagged)
    if untagged and not form.is_valid():
        return _page(request, found, harm_form=form, status=422)
    try:
        choose_harm_types(found, form.chosen, by=request.member)
        messages.success(request, "The file is checked again with these harm types. They count for this file only.")
    except CannotMap:
        messages.warning(request, TOO_LATE)
    return redirect("signals:upload", found.pk)


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def cancel(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Share nothing, keep nothing."""
    return _moved(request, upload_id, cancel_upload)


@requires(Action.UPLOAD_SIGNALS)
@require_POST
def errors(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """The rejected rows, to mend and upload again. By POST, because taking them out is recorded."""
    found = _visible(request, upload_id)
    if not _has_errors(found):
        raise Http404
    content = "".join(error_file(found))
    record(Event.UPLOAD_ERRORS_DOWNLOADED, found, by=request.member, rows=found.counts.get(Outcome.REJECTED, 0))
    return _csv(content, "rows-to-fix.csv")


@requires(Action.UPLOAD_SIGNALS)
@require_safe
def dictionary(_request: HttpRequest) -> HttpResponse:
    """What each column holds, as a file."""
    told = [["column", "needed", "holds"], *([entry.name, entry.needed, entry.holds] for entry in COLUMN_DICTIONARY)]
    return _csv("".join(rows_as_csv(told)), "lantern-columns.csv")


@requires(Action.UPLOAD_SIGNALS)
@require_safe
def template(_request: HttpRequest) -> HttpResponse:
    """The header of a file, and nothing below it."""
    return _csv("".join(rows_as_csv([list(NATIVE)])), "lantern-template.csv")


def _visible(request: MemberRequest, upload_id: UUID) -> Upload:
    return get_object_or_404(Upload.objects.visible_to(request.member).select_related("by__user"), pk=upload_id)


def _page(request: MemberRequest, found: Upload, *, status: int = 200, **forms: Form) -> HttpResponse:
    page = page_of(found, request.member)
    errors_url = reverse("signals:upload_errors", args=[found.pk]) if _has_errors(found) else None
    errors = {"errors_url": errors_url, "errors_until": kept_until(found)}
    may_upload = can(request.member, Action.UPLOAD_SIGNALS)
    map_form = MapForm(columns=page["columns"]) if page["columns"] and may_upload else None
    harm_form = HarmTypesForm(untagged=page["untagged"]) if page["untagged"] and may_upload else None
    own = {"map_form": map_form, "harm_form": harm_form, "decline_form": DeclineForm()}
    context = {**page, **errors, "may_upload": may_upload, **own, **forms}
    return render(request, "signals/upload.html", context, status=status)


def _decline(found: Upload, *, words: str, by: Member) -> None:
    decline(found, words, by=by)


def _has_errors(found: Upload) -> bool:
    """Whether there are rejected rows, and still the file that they stood in."""
    return bool(found.counts.get(Outcome.REJECTED)) and UploadChunk.objects.filter(upload=found).exists()


def _moved(request: MemberRequest, upload_id: UUID, move: Any) -> HttpResponse:
    found = _visible(request, upload_id)
    try:
        move(found, by=request.member)
    except NotReady:
        messages.warning(request, TOO_LATE)
    except SamePerson:
        messages.warning(request, SAME_PERSON)
    return redirect("signals:upload", found.pk)


def _csv(content: str, name: str) -> HttpResponse:
    # With a byte-order mark, so that a spreadsheet reads it as UTF-8.
    response = HttpResponse("\ufeff" + content, content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
