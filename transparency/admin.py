"""Publishing a year's report, for staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from participants.policies import Action, can
from participants.staff_admin import StaffAdmin
from transparency import staff_desk
from transparency.models import Edition
from transparency.publishing import publish_edition

__all__ = ["staff_desk"]  # it registers itself


class EditionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which year to publish."""

    class Meta:
        model = Edition
        fields = ("year",)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if not 2000 <= year < timezone.now().year:
            raise forms.ValidationError("Only a year that is over (UTC) can be published.")
        return year


@admin.register(Edition)
class EditionAdmin(StaffAdmin):
    """Editions are frozen: they can be added and looked at, not changed."""

    form = EditionForm
    list_display = ("year", "number", "published_at", "published_by", "sha256")
    fields = ("year",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(request.user, Action.PUBLISH)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Edition | None = None) -> tuple[str, ...]:
        return ("year", "number", "published_at", "published_by", "sha256") if obj else ("year",)

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:
        by: Any = request.user
        made = publish_edition(obj.year, by=by)
        obj.pk, obj.number, obj.sha256 = made.pk, made.number, made.sha256
        obj._state.adding = False
