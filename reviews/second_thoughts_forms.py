"""What is filled in after a decision."""

from typing import Any

from django import forms

from reviews.forms import WordsField
from reviews.models import AppealOutcome
from reviews.outcomes import REOPENINGS

WORDS = "For your own company. Never a person's name or identifier."


class SecondThoughtForm(forms.Form):
    """One of two that stand on one page: their names come after the form's in the ids."""

    NAME = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": f"{self.NAME}_%s"})


class ReopenForm(SecondThoughtForm):
    """Why a decided review is looked at again."""

    NAME = "reopen"

    decision_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        choices=[(row.name, row.label) for row in REOPENINGS.values()], widget=forms.RadioSelect, label="Why again"
    )
    words = WordsField(
        max_length=500, required=False, label="Why again, in words", help_text=f"Needed for another reason. {WORDS}",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Another reason wants words."""
        cleaned = super().clean() or {}
        chosen = REOPENINGS.get(cleaned.get("reason", ""))
        if chosen and chosen.needs_words and not cleaned.get("words"):
            self.add_error("words", "Say the reason in a few words.")
        return cleaned


class AppealForm(SecondThoughtForm):
    """What came of an appeal."""

    NAME = "appeal"

    decision_id = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        choices=[(value, label.capitalize()) for value, label in AppealOutcome.choices],
        widget=forms.RadioSelect,
        label="What came of the appeal",
    )
    words = WordsField(
        max_length=500, required=False, label="About the appeal", help_text=WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
