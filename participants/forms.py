"""What people type about their company, its people and themselves."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.models import User
from lantern.lib.folding import folded
from lantern.lib.mail_address import MailAddressField
from participants.models import Participant, Role
from participants.training_modules import Module

MOST_SERVICES, LONGEST_SERVICE = 20, 64
NAME_TAKEN = "Another company in the programme bears this name."
ROLE_CHOICES = [
    (Role.ANALYST.value, "Analyst: reviews and shares signals"),
    (Role.LEAD.value, "Lead: also sees how the team stands"),
    (Role.ADMIN.value, "Admin: also invites and removes people, and changes what the company says about itself"),
]


class RoleForm(forms.Form):
    """A member's part."""

    role = forms.ChoiceField(choices=ROLE_CHOICES, widget=forms.RadioSelect, initial=Role.ANALYST.value)

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class InviteForm(RoleForm):
    """Somebody who should come in."""

    address = MailAddressField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="One person's own address at work: the account is for one person, and stays with this address.",
    )
    field_order = ("address", "role")


class JoinForm(forms.Form):
    """The first thing a new member says: a name and a password. `address` is the invitation's."""

    name = forms.CharField(
        label="Your name",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As your colleagues know you. Other companies never see it.",
    )
    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 15 characters. A few words that nobody would put together are good.",
    )
    again = forms.CharField(
        label="The same password again",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, address: str, with_password: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._address = address
        if not with_password:
            del self.fields["password"], self.fields["again"]

    def clean(self) -> dict[str, Any]:
        """Puts what is wrong with the password at its field."""
        cleaned = super().clean() or {}
        password = cleaned.get("password", "")
        try:
            validate_password(password, User(email=self._address, name=cleaned.get("name", "")))
        except forms.ValidationError as refusal:
            if password:
                self.add_error("password", refusal)
        if password and "again" in cleaned and cleaned["again"] != password:
            self.add_error("again", "These are two different passwords.")
        return cleaned


class CompanyForm(forms.Form):
    """What a participant says about itself."""

    name = forms.CharField(label="Name of the company", max_length=100)
    services = forms.CharField(
        required=False,
        max_length=1_500,
        help_text="The names of your services as they stand in signals, separated by commas, such as northwind. "
        "A signal that names one of them is put higher in your queue.",
    )

    def __init__(self, *args: Any, participant: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": participant.name, "services": ", ".join(participant.services)}
        self._participant = participant

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self._others().filter(name__iexact=name).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return name

    def clean_services(self) -> list[str]:
        typed = map(folded, self.cleaned_data["services"].split(","))
        names = list(dict.fromkeys(name for name in typed if name))
        if len(names) > MOST_SERVICES:
            raise forms.ValidationError(f"Name at most {MOST_SERVICES} services.")
        if any(len(name) > LONGEST_SERVICE for name in names):
            raise forms.ValidationError(f"The name of a service has at most {LONGEST_SERVICE} characters.")
        for name in names:
            if self._others().filter(services__contains=[name]).exists():
                raise forms.ValidationError(f"“{name}” is named by another company. If it is yours, ask the coalition.")
        return names

    def _others(self) -> Any:
        return Participant.objects.exclude(pk=self._participant.pk)


class QuizForm(forms.Form):
    """The questions of a module. Which answer is right stands in no page."""

    def __init__(self, *args: Any, module: Module, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.module = module
        for question in module.questions:
            self.fields[question.name] = forms.ChoiceField(
                label=question.text,
                choices=[(option.name, option.text) for option in question.options],
                widget=forms.RadioSelect,
                error_messages={"required": "Choose an answer."},
            )

    def explain(self, wrong: frozenset[str]) -> None:
        """Say at each wrong answer why it is not right."""
        for name in wrong:
            self.add_error(name, self._because(name))

    def explained(self) -> list[tuple[forms.BoundField, str]]:
        """Each question's field, and why its answer is right where a right one was given."""
        told = {
            question.name for question in self.module.questions if self.is_bound and not self.errors.get(question.name)
        }
        return [(self[name], self._because(name) if name in told else "") for name in self.fields]

    def _because(self, name: str) -> str:
        question = next(question for question in self.module.questions if question.name == name)
        option = question.option(str(self.data.get(name, "")))
        return option.because if option else ""
