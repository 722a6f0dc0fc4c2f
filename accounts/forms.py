"""What a person types to sign in and to change how they sign in, besides e-mail and password (allauth's form)."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.letters import OPTIONAL
from accounts.models import User
from accounts.models.recovery import GROUP, GROUPS, normal_form
from lantern.lib.mail_address import MailAddressField

ONE_TIME = {"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
NEW_PASSWORD = {"autocomplete": "new-password"}


class CodeForm(forms.Form):
    """A six-digit one-time code; spaces inside, as authenticator apps show them, are taken out."""

    code = forms.CharField(
        label="One-time code",
        max_length=16,
        strip=True,
        help_text="Six digits from your authenticator app.",
        widget=forms.TextInput(attrs=ONE_TIME),
    )

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if not is_six_digits(code):
            raise forms.ValidationError("A one-time code has six digits. Type the one your authenticator app shows.")
        return code


class AnyCodeForm(CodeForm):
    """A one-time code, or one of the recovery codes instead."""

    field_order = ("code",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "Six digits from your authenticator app, or one of your recovery codes."
        # A recovery code has letters: a keyboard of digits alone would not do.
        self.fields["code"].widget.attrs["inputmode"] = "text"

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        code = "".join(typed.split())
        if is_six_digits(code) or (len(normal_form(typed)) == GROUP * GROUPS and typed.isascii()):
            return code
        raise forms.ValidationError("A one-time code has six digits; a recovery code has three groups of four.")


class NamedCodeForm(CodeForm):
    """A name for a new authenticator, and its first code."""

    name = forms.CharField(
        label="Name", max_length=64, initial="authenticator", help_text="So that you can tell it from others."
    )
    field_order = ("name", "code")


class PasskeyForm(forms.Form):
    """A name for a new passkey."""

    name = forms.CharField(label="Name", max_length=64, initial="passkey")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        try:
            name.encode()
        except UnicodeEncodeError:  # half a surrogate pair, which JSON can bring
            raise forms.ValidationError("This name holds half a character.") from None
        return name


class FactorForm(forms.Form):
    """Which of one's factors: the id that django-otp knows it by."""

    factor = forms.CharField(max_length=100)


class SessionForm(forms.Form):
    """Which of one's sessions."""

    session = forms.CharField(max_length=64)


class AddressForm(forms.Form):
    """The address of somebody who forgot their password."""

    email = forms.EmailField(label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewAddressForm(forms.Form):
    """The address one wants to sign in with from now on."""

    email = MailAddressField(
        label="New e-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class LetterCodeForm(forms.Form):
    """The code that came by letter."""

    code = forms.CharField(
        label="Code from the letter", max_length=16, widget=forms.TextInput(attrs={**ONE_TIME, "autocomplete": "off"})
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


class NewPasswordForm(forms.Form):
    """A new password, held against the validators of the settings."""

    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
    )
    again = forms.CharField(
        label="The same once more", strip=False, max_length=256, widget=forms.PasswordInput(attrs=NEW_PASSWORD)
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and cleaned.get("again") != cleaned["password"]:
            self.add_error("again", "The two are not the same.")
        return cleaned


class TopicsForm(forms.Form):
    """Which of the optional letters one wants."""

    topics = forms.MultipleChoiceField(
        label="Send me letters about",
        required=False,
        choices=[(topic.value, topic.label) for topic in OPTIONAL],
        widget=forms.CheckboxSelectMultiple,
    )


def is_six_digits(code: str) -> bool:
    """Whether it can be a one-time code."""
    return len(code) == 6 and code.isascii() and code.isdecimal()
