"""What people say about an upload: which column holds what, which harms its rows are about, and why they decline."""

from collections.abc import Sequence
from typing import Any

from django import forms

from signals.columns import NATIVE
from signals.forms import HARM_CHOICES
from signals.harm_choice import Untagged
from signals.mapping import FileColumn, Unmapped

LEAVE_OUT = ("", "Leave this column out")
UNKNOWN_HARM = "That is no harm type known here. Tick the ones that apply."
UNKNOWN_GROUP = "That is about rows which this file does not have. Tick harm types for the ones named here."


class MapForm(forms.Form):
    """A known column, or none, for each column of a file that does not bear a known name."""

    def __init__(self, *args: Any, columns: Sequence[FileColumn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [LEAVE_OUT, *((name, name) for name in NATIVE)]
        for column in columns:
            label = f"“{column.shown_name}”"
            field = forms.ChoiceField(choices=choices, required=False, initial=column.field, label=label)
            self.fields[f"column_{column.index}"] = field

    @property
    def chosen(self) -> dict[int, str]:
        """Index of each column → known column or "". Only after `is_valid`."""
        return {int(name.removeprefix("column_")): field for name, field in self.cleaned_data.items()}

    def explain(self, unmapped: Unmapped) -> None:
        """Say which known columns are missing, or named twice."""
        names = ", ".join(unmapped.fields)
        said = "Two columns are read as" if unmapped.twice else "No column is read as"
        self.add_error(None, f"{said} {names}. Choose one column for each.")


class HarmTypesForm(forms.Form):
    """Harm types, or none, for each group of kinds with rows that name none."""

    def __init__(self, *args: Any, untagged: Sequence[Untagged], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rows in untagged:
            has, it_is = ("has", "it is") if rows.rows == 1 else ("have", "they are")
            self.fields[rows.group.name] = forms.MultipleChoiceField(
                choices=HARM_CHOICES,
                required=False,
                initial=list(rows.harm_types),
                label=rows.group.label,
                widget=forms.CheckboxSelectMultiple,
                help_text=f"{rows.rows_label} {has} no such tag. With nothing ticked here {it_is} rejected.",
                error_messages={"invalid_choice": UNKNOWN_HARM},
            )

    def clean(self) -> dict[str, Any]:
        if not {*self.data} <= {*self.fields, "csrfmiddlewaretoken"}:
            raise forms.ValidationError(UNKNOWN_GROUP)
        return super().clean() or {}

    @property
    def chosen(self) -> dict[str, list[str]]:
        """Group of kinds → names of harm types. Only after `is_valid`."""
        return {name: self.cleaned_data[name] for name in self.fields}


class DeclineForm(forms.Form):
    """Why an upload is not to be shared."""

    words = forms.CharField(
        max_length=500,
        label="Why not",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only your company reads this; never name a person.",
    )
