"""What people type on the pages that find, correct and end. Forms convert and explain, services decide."""

from typing import Any

from django import forms

from participants.models import SharingGroup
from signals.correcting import Word
from signals.end_reasons import WITHDRAWAL_REASONS
from signals.export_reasons import EXPORT_REASONS
from signals.forms import ShareForm
from signals.limits import KEPT, Limits
from signals.looking_up import MOST_CHARACTERS, MOST_VALUES
from signals.models import Contribution, Signal
from signals.vocabulary import SEVERITY_BY_RANK, TLP, TLP_BY_RANK

UNREADABLE = "The file is no text in UTF-8. Save it as a plain text or CSV file and choose it again."
MOMENT = "%Y-%m-%dT%H:%M:%S"


class ReasonForm(forms.Form):
    """One of a table of reasons, with words where it wants them."""

    reason = forms.ChoiceField(widget=forms.RadioSelect)
    words = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Needed for another reason. Only your company reads this; never name a person.",
    )
    reasons: Any = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(row.name, row.label) for row in self.reasons.values()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = self.reasons.get(cleaned.get("reason"))
        if chosen and chosen.needs_words and not cleaned.get("words"):
            self.add_error("words", "Say the reason in a few words.")
        return cleaned


class WithdrawForm(ReasonForm):
    """Why something is taken back."""

    reasons = WITHDRAWAL_REASONS


class ExportForm(ReasonForm):
    """Why a list is taken out."""

    reasons = EXPORT_REASONS


class CorrectForm(ShareForm):
    """What one's own company says about a signal, to be put right. Which signal it is cannot be changed."""

    limits = Limits(lengths=KEPT)

    def __init__(self, *args: Any, contribution: Contribution, **kwargs: Any) -> None:
        groups = SharingGroup.objects.filter(pk=contribution.sharing_group_id)
        super().__init__(*args, groups=groups, **{**kwargs, "initial": _said(contribution)})
        self._signal, self._seen = contribution.signal, contribution.observed_at
        del self.fields["incident"]
        self.fields["attested"].label = "A person at my company has looked at this again."

    def clean(self) -> dict[str, Any]:
        """Keeps the checked row as `checked`."""
        cleaned = super().clean() or {}
        if checked := self.judged(cleaned):
            self.checked = checked
        return cleaned

    def _as_row(self, cleaned: Any) -> dict[str, str]:
        """The row it would be in a file: the value is the one that is there."""
        signal = self._signal
        which = {"kind": signal.kind, "value": signal.plain_value, "service": signal.service}
        return {**super()._as_row(cleaned), **which}

    @property
    def word(self) -> Word:
        """What is said now. Only after `is_valid`."""
        row = self.checked
        # The field shows whole seconds: one that was left alone says nothing new.
        seen = self._seen if row.observed_at == self._seen.replace(microsecond=0) else row.observed_at
        return Word(list(row.harm_types), row.severity, row.confidence, seen, row.policy, row.note, row.tlp)


class LookupForm(forms.Form):
    """A mixed list, pasted or as a file."""

    values = forms.CharField(
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(
            attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off", "autocapitalize": "none"}
        ),
        help_text=f"One on each line, up to {MOST_VALUES:,}, of any kinds together. Defanged ones are understood.",
    )
    file = forms.FileField(
        required=False,
        label="Or a file",
        help_text="Plain text or CSV, with one value on each line.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/plain,text/csv"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if file := cleaned.get("file"):
            cleaned["text"] = self._read(file)
        else:
            cleaned["text"] = cleaned.get("values", "")
        if not self.errors and not cleaned["text"].strip():
            self.add_error("values", "Paste at least one value, or choose a file.")
        return cleaned

    def _read(self, file: Any) -> str:
        if file.size > MOST_CHARACTERS:
            self.add_error("file", f"The file is too large. Split it into lists of {MOST_VALUES:,} values.")
            return ""
        content = file.read()
        marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        try:
            text: str = content.decode("utf-16" if marked else "utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", UNREADABLE)
            return ""
        if "\x00" in text:
            self.add_error("file", UNREADABLE)
            return ""
        return text


class SaveFilterForm(forms.Form):
    """A name for a filter."""

    name = forms.CharField(max_length=60, label="Save this filter as")


class TightenForm(forms.Form):
    """How far a signal may travel at one's own company: as far as its contributors allow, or less far."""

    tlp = forms.TypedChoiceField(coerce=int, label="Handle as")

    def __init__(self, *args: Any, signal: Signal, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"tlp": signal.handling_row.rank}})
        field = self.fields["tlp"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (level.rank, f"{level.label}: {level.meaning}") for level in TLP.values() if level.rank >= signal.tlp
        ]


def _said(contribution: Contribution) -> dict[str, Any]:
    return {
        "harm_types": contribution.harm_types,
        "severity": SEVERITY_BY_RANK[contribution.severity].name,
        "confidence": contribution.confidence,
        "observed_at": contribution.observed_at.strftime(MOMENT),
        "policy": contribution.policy,
        "note": contribution.shown_note,
        "tlp": TLP_BY_RANK[contribution.tlp].name,
    }
