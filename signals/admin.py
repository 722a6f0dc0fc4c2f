"""The coalition's desk for what the law wants kept or gone. Staff see ids and counts here, never a value."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from import_export.resources import ModelResource

from audit.events import Event
from participants.export_admin import RecordedExport
from participants.staff_admin import ReadOnlyAdmin, Refused, StaffAdmin
from signals.erasing import NothingHeld, OnHold, erasable, erase_value
from signals.faults import FAULTS, RowFault
from signals.forms import KIND_CHOICES
from signals.holding import AlreadyLifted, is_there, lift_hold, place_hold
from signals.models import Erasure, ExpiryRun, LegalHold


class PlaceHoldForm(forms.ModelForm):  # type: ignore[type-arg]
    """What to keep, by the id that stands in the address of its page."""

    on_signal = forms.UUIDField(required=False, label="Signal", help_text="Its id, as it stands in its address.")
    on_incident = forms.UUIDField(required=False, label="Incident", help_text="Or the id of a participant's incident.")

    class Meta:
        model = LegalHold
        fields = ("reason",)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        signal, incident = cleaned.get("on_signal"), cleaned.get("on_incident")
        if not self.errors and (signal is None) == (incident is None):
            raise forms.ValidationError("Give the id of a signal or of an incident, one of the two.")
        if not self.errors and not is_there(signal_id=signal, incident_id=incident):
            raise forms.ValidationError("There is nothing of that id.")
        return cleaned


class LiftHoldForm(forms.ModelForm):  # type: ignore[type-arg]
    """Why a hold ends."""

    class Meta:
        model = LegalHold
        fields = ("lifted_because",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "lifted_because" in self.fields:
            self.fields["lifted_because"].required = True


class LegalHoldResource(ModelResource):  # type: ignore[misc]
    """What an export of legal holds holds."""

    class Meta:
        model = LegalHold
        fields = ("id", "signal", "incident", "reason", "placed_at", "lifted_at", "lifted_because")
        export_order = fields


@admin.register(LegalHold)
class LegalHoldAdmin(RecordedExport, StaffAdmin):
    """Legal holds: placed with a reason, lifted with a reason, never deleted."""

    export_event = Event.HOLDS_EXPORTED
    resource_classes: ClassVar[list[type[ModelResource]]] = [LegalHoldResource]
    list_display = ("id", "signal_id", "incident_id", "reason", "placed_at", "lifted_at")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = False

    def get_form(self, request: HttpRequest, obj: LegalHold | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{**kwargs, "form": LiftHoldForm if obj else PlaceHoldForm})

    def get_fields(self, request: HttpRequest, obj: LegalHold | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("on_signal", "on_incident", "reason")
        return ("signal_id", "incident_id", "reason", "placed_by", "placed_at", "lifted_because", "lifted_at")

    def get_readonly_fields(self, request: HttpRequest, obj: LegalHold | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = ("signal_id", "incident_id", "reason", "placed_by", "placed_at", "lifted_at")
        return (*fixed, "lifted_because") if obj.lifted_at else fixed

    def save_model(self, request: HttpRequest, obj: LegalHold, form: Any, change: bool) -> None:
        by: Any = request.user
        if not change:
            where = {"signal_id": form.cleaned_data["on_signal"], "incident_id": form.cleaned_data["on_incident"]}
            obj.pk = place_hold(**where, reason=obj.reason, by=by).pk
            obj._state.adding = False
            return
        try:
            lift_hold(obj, because=obj.lifted_because, by=by)
        except AlreadyLifted:
            raise Refused("It was lifted before.") from None


class ErasureForm(forms.ModelForm):  # type: ignore[type-arg]
    """The value somebody wants erased. It is typed here, used once, and kept nowhere."""

    kind = forms.ChoiceField(choices=KIND_CHOICES)
    value = forms.CharField(
        strip=False, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 60})
    )
    service = forms.CharField(required=False, help_text="For user names, account ids and payment handles.")

    class Meta:
        model = Erasure
        fields = ("kind", "case")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            erasable(kind=cleaned["kind"], value=cleaned["value"], service=cleaned["service"])
        except RowFault as fault:
            told = FAULTS[fault.code]
            self.add_error(fault.field if fault.field in self.fields else None, f"{told.title}. {told.how_to_fix}")
        except NothingHeld:
            self.add_error("value", "The portal holds nothing of this value.")
        except OnHold:
            self.add_error("value", "A legal hold keeps this value. Lift it first, or tell the person why it stays.")
        return cleaned


@admin.register(Erasure)
class ErasureAdmin(StaffAdmin):
    """Erasures on request: their proofs, and one more."""

    list_display = ("id", "kind", "case", "signals", "contributions", "erased_by", "erased_at")
    form = ErasureForm

    def get_fields(self, request: HttpRequest, obj: Erasure | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("kind", "value", "service", "case")
        return ("kind", "case", "signals", "contributions", "digest", "erased_by", "erased_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Erasure, form: Any, change: bool) -> None:
        by: Any = request.user
        asked = {name: form.cleaned_data[name] for name in ("kind", "value", "service", "case")}
        try:
            obj.pk = erase_value(**asked, by=by).pk
        except NothingHeld:
            raise Refused("Nothing was erased: the portal holds nothing of this value any more.") from None
        except OnHold:
            raise Refused("Nothing was erased: a legal hold keeps this value since a moment ago.") from None
        obj._state.adding = False


@admin.register(ExpiryRun)
class ExpiryRunAdmin(ReadOnlyAdmin):
    """What the nights have ended, the latest first."""

    list_display = ("started_at", "due_before", "contributions", "signals", "finished_at")
    ordering = ("-pk",)
