"""The coalition's desk for signing in: resets of lost factors, and participants' own sign-on."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from accounts.factors import NotWaiting, SamePerson, ask_factor_reset, confirm_factor_reset, withdraw_factor_reset
from accounts.models import FactorReset, User
from participants.models import SignOn
from participants.sign_on import SignOnThere, add_sign_on, set_sign_on
from participants.staff_admin import Refused, StaffAdmin, refusing

ANOTHER = "Another person has to do this: neither who asked nor whom it is for."
OVER = "This reset was confirmed or withdrawn already, or ran out."
THERE = "This participant has a sign-on since a moment ago. Open that one to change it."


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person by e-mail address: names are not unique."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.email} ({obj.name})"


class NewResetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who lost their factors, and how one made sure of it."""

    person = PersonField(queryset=User.objects.filter(is_active=True).order_by("email"))

    class Meta:
        model = FactorReset
        fields = ("person", "reason")

    staff: Any = None

    def clean_person(self) -> Any:
        if self.cleaned_data["person"] == self.staff:
            raise forms.ValidationError("Somebody else has to ask for you.")
        return self.cleaned_data["person"]


class OpenResetForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the second person says."""

    answer = forms.ChoiceField(
        choices=[("", "Leave it as it is"), ("confirm", "Confirm: remove all factors"), ("withdraw", "Withdraw")],
        required=False,
        help_text="Confirm only if you have made sure yourself that it is this person who asks.",
    )

    class Meta:
        model = FactorReset
        fields = ()


@admin.register(FactorReset)
class FactorResetAdmin(StaffAdmin):
    """One of the staff asks, another confirms; the service and the database hold them apart."""

    fresh_changes = True
    list_display = ("email", "asked_by", "asked_at", "confirmed_by", "state")
    list_select_related = ("person", "asked_by", "confirmed_by")
    ordering = ("-asked_at",)

    @admin.display(description="person")
    def email(self, reset: FactorReset) -> str:
        """By address, as names are not unique."""
        return reset.person.email

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, form=OpenResetForm if obj else NewResetForm, **kwargs)
        form.staff = request.user  # type: ignore[attr-defined]
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("person", "reason")
        known = ("email", "reason", "asked_by", "asked_at", "confirmed_by", "confirmed_at", "state")
        return (*known, "answer") if self.has_change_permission(request, obj) else known

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else tuple(name for name in self.get_fields(request, obj) if name != "answer")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state.startswith("waits"))

    def save_model(self, request: HttpRequest, obj: FactorReset, form: Any, change: bool) -> None:
        by: Any = request.user
        if not change:
            made = ask_factor_reset(obj.person, reason=obj.reason, by=by)
            obj.pk, obj._state.adding = made.pk, False
            return
        act = {"confirm": confirm_factor_reset, "withdraw": withdraw_factor_reset}.get(form.cleaned_data["answer"])
        try:
            if act is not None:
                act(obj, by=by)
        except SamePerson:
            raise Refused(ANOTHER) from None
        except NotWaiting:
            raise Refused(OVER) from None


class SignOnForm(forms.ModelForm):  # type: ignore[type-arg]
    """A participant's OpenID provider. The secret goes in and never comes out."""

    issuer = forms.URLField(
        max_length=255, assume_scheme="https", help_text="As the provider's own configuration names it."
    )
    client_secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Empty keeps the one there is.",
    )

    class Meta:
        model = SignOn
        fields = ("participant", "issuer", "client_id", "is_active", "passwords_forbidden")

    def clean_issuer(self) -> str:
        issuer: str = self.cleaned_data["issuer"]
        if settings.HTTPS and not issuer.startswith("https://"):
            raise forms.ValidationError("A provider has to be asked over https.")
        return issuer

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance._state.adding and not cleaned.get("client_secret"):
            self.add_error("client_secret", "A new sign-on needs its secret.")
        return cleaned


@admin.register(SignOn)
class SignOnAdmin(StaffAdmin):
    """Participants' own sign-on."""

    fresh_changes = True
    form = SignOnForm
    list_display = ("participant", "issuer", "is_active", "passwords_forbidden")
    list_select_related = ("participant",)
    fields = ("participant", "issuer", "client_id", "client_secret", "is_active", "passwords_forbidden")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("participant",) if obj else ()

    @refusing(SignOnThere, THERE)
    def save_model(self, request: HttpRequest, obj: SignOn, form: Any, change: bool) -> None:
        by: Any = request.user
        cleaned = form.cleaned_data
        keep = set_sign_on if change else add_sign_on
        made = keep(
            obj.participant,
            issuer=cleaned["issuer"],
            client_id=cleaned["client_id"],
            secret=cleaned["client_secret"] or None,
            is_active=cleaned["is_active"],
            passwords_forbidden=cleaned["passwords_forbidden"],
            by=by,
        )
        obj.pk, obj._state.adding = made.pk, False
