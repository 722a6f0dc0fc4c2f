"""Check-ins at the coalition's desk: read, sent back, signed off."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from participants.check_ins import NotOpen, send_back, sign_off
from participants.models import CheckIn
from participants.staff_admin import ReadOnlyAdmin


class RemarkForm(forms.Form):
    """What the participant should look at again."""

    remark = forms.CharField(max_length=1_000)


class Answered(admin.SimpleListFilter):
    """By where it stands."""

    title = "state"
    parameter_name = "stands"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "answered, to be signed off"), ("open", "to be answered"), ("done", "signed off")]

    def queryset(self, request: Any, queryset: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
        match self.value():
            case "waiting":
                return queryset.filter(signed_off_at=None, answered_at__isnull=False)
            case "open":
                return queryset.filter(answered_at=None)
            case "done":
                return queryset.filter(signed_off_at__isnull=False)
        return queryset


@admin.register(CheckIn)
class CheckInAdmin(ReadOnlyAdmin):
    """Check-ins and practice reviews. Participants answer; staff read and sign off."""

    change_form_template = "admin/participants/checkin/change_form.html"
    list_display = ("participant", "kind", "due_on", "state_label", "answered_at", "signed_off_at")
    list_filter = (Answered, "kind")
    list_select_related = ("participant",)
    search_fields = ("participant__name",)
    ordering = ("-due_on",)
    fields = ("participant", "kind", "due_on", "answered_at", "answered_by", "signed_off_at", "signed_off_by", "remark")

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("<uuid:pk>/sign-off/", wrap(self.sign_off_view), name="participants_checkin_sign_off"),
            path("<uuid:pk>/send-back/", wrap(self.send_back_view), name="participants_checkin_send_back"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def sign_off_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Accept the answers."""
        check_in = get_object_or_404(CheckIn, pk=pk)
        by: Any = request.user
        try:
            sign_off(check_in, by=by)
        except NotOpen:
            messages.error(request, "There is nothing to sign off: it is unanswered, or was signed off already.")
        else:
            messages.success(request, "Signed off.")
        return redirect("admin:participants_checkin_change", pk)

    @method_decorator(require_POST)
    def send_back_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask again, with a remark."""
        check_in = get_object_or_404(CheckIn, pk=pk)
        by: Any = request.user
        form = RemarkForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Say what the participant should look at again.")
            return redirect("admin:participants_checkin_change", pk)
        try:
            send_back(check_in, remark=form.cleaned_data["remark"], by=by)
        except NotOpen:
            messages.error(request, "There is nothing to send back: it is unanswered, or was signed off already.")
        else:
            messages.success(request, "Sent back to the participant.")
        return redirect("admin:participants_checkin_change", pk)
