"""What people type about signals. Forms convert and explain; the checks are those of a row of a file."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from participants.models import SharingGroup
from signals.faults import FAULTS
from signals.kinds import KINDS
from signals.limits import DEFAULT_LIMITS, TEXT_LENGTHS, Limits
from signals.models import Signal
from signals.rows import CheckedRow, check_fields
from signals.vocabulary import DEFAULT_SEVERITY, DEFAULT_TLP, HARM_TYPES, SEVERITIES, TLP

KIND_CHOICES = [(kind.name, kind.label) for kind in KINDS.values()]
HARM_CHOICES = [(harm.name, harm.label) for harm in HARM_TYPES.values()]
SEVERITY_CHOICES = [(severity.name, severity.label) for severity in SEVERITIES.values()]
TLP_CHOICES = [(level.name, f"{level.label}: {level.meaning}") for level in TLP.values()]


def words_of(code: str) -> str:
    """A fault at a field: what is wrong, and what to do."""
    return f"{FAULTS[code].title}. {FAULTS[code].how_to_fix}"


class GroupField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The sharing group, where there is a choice; the one there is, where there is none."""

    def __init__(self) -> None:
        super().__init__(SharingGroup.objects.none(), label="Sharing group", empty_label=None)


class WithGroup(forms.Form):
    """A form about something that goes into one of the member's sharing groups."""

    group = GroupField()

    def __init__(self, *args: Any, groups: QuerySet[SharingGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._only = groups.get() if groups.count() == 1 else None
        if self._only:
            del self.fields["group"]
        else:
            field = self.fields["group"]
            assert isinstance(field, GroupField)
            field.queryset = groups

    @property
    def chosen_group(self) -> SharingGroup:
        """Where it goes. Only after `is_valid`."""
        return self._only or self.cleaned_data["group"]


class IdentifierForm(forms.Form):
    """Which signal it is. Its fields have the names of a file's columns."""

    kind = forms.ChoiceField(choices=[("", "Choose one"), *KIND_CHOICES])
    service = forms.CharField(
        required=False,
        help_text="The service it is on, such as northwind. Needed for usernames, account ids and payment handles.",
    )
    value = forms.CharField(
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        help_text="Exactly one. Defanged values such as hxxps://example[.]com are understood.",
    )


class ShareForm(WithGroup):
    """What is said about a signal. Its fields have the names of a file's columns, and are checked as a row is."""

    limits: ClassVar[Limits] = DEFAULT_LIMITS

    harm_types = forms.MultipleChoiceField(
        choices=HARM_CHOICES, widget=forms.CheckboxSelectMultiple, label="Harm", help_text="All that apply."
    )
    severity = forms.ChoiceField(
        choices=SEVERITY_CHOICES, widget=forms.RadioSelect, initial=DEFAULT_SEVERITY.name, required=False
    )
    confidence = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="0 to 100: how sure you are that it belongs to what you found.",
    )
    observed_at = forms.CharField(
        required=False,
        label="Seen",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="In UTC. Now, if you leave it empty.",
    )
    incident = forms.CharField(
        required=False, label="Your case", help_text="Your own reference. Others see only what belongs together."
    )
    policy = forms.CharField(required=False, label="Policy it broke", help_text="Yours, by name or section.")
    note = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"Up to {TEXT_LENGTHS['note']:,} characters. Never a victim's identity.",
    )
    tlp = forms.ChoiceField(choices=TLP_CHOICES, initial=DEFAULT_TLP.name, required=False, label="May go to")
    attested = forms.BooleanField(
        label="A person at my company confirmed that this activity broke our own policy.",
    )

    field_order = (
        "harm_types", "severity", "confidence", "observed_at", "policy", "incident", "note", "tlp", "attested",
    )  # fmt: skip

    def judged(self, cleaned: Mapping[str, Any], identifier: forms.Form | None = None) -> CheckedRow | None:
        """The checked signal, or None with each fault at its field, here or in the form of the identifier."""
        typed = {**self._as_row(cleaned), **(identifier.cleaned_data if identifier else {})}
        checked = check_fields(typed, now=timezone.now(), limits=self.limits)
        if isinstance(checked, CheckedRow):
            return checked
        for fault in checked:
            place = identifier if identifier and fault.field in identifier.fields else self
            if fault.field in place.fields and not place.has_error(fault.field):
                place.add_error(fault.field, words_of(fault.code))
        return None

    def _as_row(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        texts = {name: value for name, value in cleaned.items() if isinstance(value, str)}
        # A browser's text area sends CRLF; the note is kept with plain newlines, as from a file.
        note = texts.get("note", "").replace("\r\n", "\n")
        return {**texts, "note": note, "harm_types": ";".join(cleaned.get("harm_types", []))}


class UploadForm(WithGroup):
    """A CSV file. Whether it can be read is found out by the check, row by row."""

    file = forms.FileField(
        label="CSV file",
        max_length=200,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,.tsv,.txt"}),
    )
    field_order = ("file", "group")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            told = FAULTS["too_large"]
            raise forms.ValidationError(f"{told.title}, so nothing of it was kept. {told.how_to_fix}", code="too_large")
        return file


class SignalFilter(forms.Form):
    """What a list of signals or reviews is narrowed to. Unknown words are ignored, not errors."""

    kind = forms.ChoiceField(choices=[("", "All kinds"), *KIND_CHOICES], required=False)
    harm = forms.ChoiceField(choices=[("", "All harms"), *HARM_CHOICES], required=False)
    severity = forms.ChoiceField(
        choices=[("", "All severities"), *((str(row.rank), row.label) for row in SEVERITIES.values())], required=False
    )

    @property
    def is_narrowing(self) -> bool:
        """Whether anything was asked for."""
        return any(self._asked.values())

    def narrow(self, signals: QuerySet[Signal]) -> QuerySet[Signal]:
        """Those signals that were asked for."""
        conditions = self.conditions()
        return signals.filter(**conditions) if conditions else signals

    def conditions(self, prefix: str = "") -> dict[str, Any]:
        """The look-ups on a signal, or on something that has one under `prefix`."""
        asked = self._asked
        found: dict[str, Any] = {}
        if asked["kind"]:
            found[f"{prefix}kind"] = asked["kind"]
        if asked["harm"]:
            found[f"{prefix}harm_types__contains"] = [asked["harm"]]
        if asked["severity"]:
            found[f"{prefix}severity"] = int(asked["severity"])
        return found

    @property
    def _asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
