"""What people say about an upload: which column holds what, and why they decline."""

from collections.abc import Sequence
from typing import Any

from django import forms

from signals.columns import NATIVE
from signals.mapping import FileColumn, Unmapped

LEAVE_OUT = ("", "Leave this column out")


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


class DeclineForm(forms.Form):
    """Why an upload is not to be shared."""

    words = forms.CharField(
        max_length=500,
        label="Why not",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only your company reads this; never name a person.",
    )
