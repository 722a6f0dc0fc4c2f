"""The report at the coalition's desk. A draft is written and reviewed, an edition published; months are for reading.

Every button is a POST that calls one service and comes back to the page.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from participants.staff_admin import ReadOnlyAdmin, StaffAdmin
from transparency import staff_desk
from transparency.draft_forms import DraftForm, NewDraftForm
from transparency.drafting import (
    DraftMoved,
    ReasonMissing,
    compute_again,
    document_of,
    draft_report,
    edit_draft,
    review_draft,
)
from transparency.models import Draft, Edition, MonthlyReport
from transparency.page_form import page_of, words_of
from transparency.publishing import FiguresMoved, NotReviewed, SamePerson, publish_edition
from transparency.reports import Report

__all__ = ["staff_desk"]  # it registers itself

MOVED = "Somebody else changed the draft meanwhile, or it is published. Look at it again."


@admin.register(Draft)
class DraftAdmin(StaffAdmin):
    """Drafts: the figures as they were computed, and the words around them."""

    form = DraftForm
    list_display = ("__str__", "state_label", "computed_at", "reviewed_by")
    list_select_related = ("reviewed_by",)
    change_form_template = "admin/transparency/draft/change_form.html"

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/preview/", wrap(self.preview_view), name="transparency_draft_preview"),
            path("<int:pk>/compute/", wrap(self.compute_view), name="transparency_draft_compute"),
            path("<int:pk>/review/", wrap(self.review_view), name="transparency_draft_review"),
            path("correct/<int:pk>/", wrap(self.correct_view), name="transparency_draft_correct"),
        ]
        return [*own, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Draft | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_published)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Draft | None:
        """The draft; for a change its row is locked, so that what the form compared is what the service changes."""
        if request.method == "POST" and object_id.isdecimal():
            Draft.objects.select_for_update(no_key=True).filter(pk=object_id).first()
        found: Draft | None = super().get_object(request, object_id, from_field)
        return found

    def get_form(self, request: HttpRequest, obj: Draft | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=DraftForm if obj else NewDraftForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Draft | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["year"]})]
        if obj.is_published:
            return [(None, {"fields": ["year", "number", "reviewed_by", "reviewed_at", "sha256"]})]
        return [(None, {"fields": list(DraftForm.shown(obj))})]

    def save_model(self, request: HttpRequest, obj: Draft, form: Any, change: bool) -> None:
        by: Any = request.user
        if change:
            edit_draft(obj, words=form.words(), changes=form.cleaned_data.get("changes", ""), by=by)
            return
        made = draft_report(form.cleaned_data["year"], by=by)
        obj.pk, obj.number = made.pk, made.number
        obj._state.adding = False

    def response_add(self, request: HttpRequest, obj: Draft, post_url_continue: str | None = None) -> HttpResponse:
        """To the words."""
        return redirect("admin:transparency_draft_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Draft) -> HttpResponse:
        """Back to the words."""
        messages.success(request, "The words are kept. A review that there was is gone.")
        return redirect("admin:transparency_draft_change", obj.pk)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The report as it would be; with words that were sent, as they would make it. Nothing is kept."""
        draft = get_object_or_404(Draft, pk=pk)
        if request.method == "POST":
            form = DraftForm(request.POST, instance=draft)
            form.full_clean()
            draft.words, draft.changes = form.words(), form.cleaned_data.get("changes", "")
        report = page_of(Report(draft.year, document_of(draft), draft.sha256, draft.number))
        if request.headers.get("HX-Request"):
            return render(request, "admin/transparency/draft/words.html", {"texts": words_of(report)})
        return render(request, "transparency/preview.html", {"report": report, "draft": draft})

    @method_decorator(require_POST)
    def compute_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the figures as they are now."""
        by: Any = request.user
        try:
            compute_again(_seen(request, pk), by=by)
        except DraftMoved:
            messages.error(request, MOVED)
        else:
            messages.success(request, "The figures are computed again. A review that there was is gone.")
        return redirect("admin:transparency_draft_change", pk)

    @method_decorator(require_POST)
    def review_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say that it may be published as it is."""
        by: Any = request.user
        try:
            review_draft(_seen(request, pk), by=by)
        except DraftMoved:
            messages.error(request, MOVED)
        except ReasonMissing:
            messages.error(request, "Write first why there is a correction.")
        else:
            messages.success(request, "Reviewed. Somebody else can publish it now.")
        return redirect("admin:transparency_draft_change", pk)

    @method_decorator(require_POST)
    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin the next edition of a year."""
        by: Any = request.user
        draft = draft_report(get_object_or_404(Edition, pk=pk).year, by=by)
        return redirect("admin:transparency_draft_change", draft.pk)


def _seen(request: HttpRequest, pk: int) -> Draft:
    """The draft as the person saw it: with another revision than the row's, no service changes it."""
    draft = get_object_or_404(Draft, pk=pk)
    seen = request.POST.get("revision", "")
    draft.revision = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    return draft


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """Editions are frozen. Publishing asks for a factor again."""

    fresh_changes = True
    change_form_template = "admin/transparency/edition/change_form.html"
    list_display = ("year", "number", "published_at", "published_by", "sha256")
    list_select_related = ("published_by",)
    fields = ("year", "number", "published_at", "published_by", "reviewed_by", "sha256")

    def get_urls(self) -> list[Any]:
        publish = self.admin_site.admin_view(self.publish_view)
        publish.model_admin = self  # type: ignore[attr-defined]  # by which the gate knows to ask again
        return [path("publish/<int:draft>/", publish, name="transparency_edition_publish"), *super().get_urls()]

    @method_decorator(require_POST)
    def publish_view(self, request: HttpRequest, draft: int) -> HttpResponse:
        """Publish what somebody else has reviewed."""
        by: Any = request.user
        try:
            edition = publish_edition(get_object_or_404(Draft, pk=draft), by=by)
        except NotReviewed:
            messages.error(request, "Nobody has reviewed the draft as it is now, or it is published already.")
        except SamePerson:
            messages.error(request, "You reviewed it. Somebody else publishes it.")
        except FiguresMoved:
            messages.error(
                request,
                "The recorded events give other figures by now. Compute them again, and have it reviewed again.",
            )
        else:
            messages.success(request, f"Published as edition {edition.number}.")
            return redirect("admin:transparency_edition_change", edition.pk)
        return redirect("admin:transparency_draft_change", draft)


@admin.register(MonthlyReport)
class MonthlyReportAdmin(ReadOnlyAdmin):
    """Months that are over, with every number. For staff."""

    list_display = ("__str__", "made_at", "sha256")

    @method_decorator(require_safe)
    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The figures as the public page would draw them."""
        kept = get_object_or_404(MonthlyReport, pk=object_id) if object_id.isdecimal() else None
        if kept is None:
            return redirect("admin:transparency_monthlyreport_changelist")
        told = {"title": f"Figures of {kept}, for staff", "about": "Kept when the month was over; never published."}
        report = {**page_of(Report(kept.year, kept.snapshot, kept.sha256)), **told}
        return render(request, "transparency/preview.html", {"report": report, "month": kept})
