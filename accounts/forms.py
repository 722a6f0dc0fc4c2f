"""What a person types to sign in, besides e-mail and password (allauth's form)."""

from django import forms

from accounts.letters import OPTIONAL


class CodeForm(forms.Form):
    """A six-digit one-time code; spaces inside, as authenticator apps show them, are taken out."""

    code = forms.CharField(
        label="One-time code",
        max_length=16,
        strip=True,
        help_text="Six digits from your authenticator app.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if len(code) != 6 or not (code.isascii() and code.isdecimal()):
            raise forms.ValidationError("A one-time code has six digits. Type the one your authenticator app shows.")
        return code


class TopicsForm(forms.Form):
    """Which of the optional letters one wants."""

    topics = forms.MultipleChoiceField(
        label="Send me letters about",
        required=False,
        choices=[(topic.value, topic.label) for topic in OPTIONAL],
        widget=forms.CheckboxSelectMultiple,
    )
