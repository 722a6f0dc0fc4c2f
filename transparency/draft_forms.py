"""What staff fill in for a report: which year, and the words around its figures."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.threads import identifier_in
from transparency.models import Draft
from transparency.words import LONGEST, TEXTS


class NewDraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which year to draft; its next edition follows from those there are."""

    class Meta:
        model = Draft
        fields = ("year",)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if not 2000 <= year < timezone.now().year:
            raise ValidationError("Only a year that is over (UTC) can be published.")
        return year

    def _post_clean(self) -> None:
        """The service makes the draft; there is no half of one to check."""


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """The words of a draft, one field for each text, and for a correction why there is one."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    changes = forms.CharField(
        label="Why there is a correction",
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was wrong, how it was found, and what it means for the reader. The rows that read differently"
        " are listed by themselves.",
    )

    class Meta:
        model = Draft
        fields = ("revision",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(self.instance.words, changes=self.instance.changes)

    @classmethod
    def shown(cls, draft: Draft) -> tuple[str, ...]:
        """The fields of a draft's page, in their order."""
        return (*(["changes"] if draft.number > 1 else []), *TEXTS, "revision")

    def words(self) -> dict[str, str]:
        """The texts by name."""
        return {name: self.cleaned_data.get(name, "").replace("\r\n", "\n").strip() for name in TEXTS}

    def clean_revision(self) -> int:
        revision: int = self.cleaned_data["revision"]
        if revision != self.instance.revision:
            raise ValidationError("Somebody else changed the draft meanwhile. Copy your words, and open it again.")
        return revision

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for text in TEXTS.values():
            if text.names_nobody and (found := identifier_in(cleaned.get(text.name, ""))):
                self.add_error(text.name, f"This seems to hold {found}. A case names nobody.")
        return cleaned


for _text in TEXTS.values():
    DraftForm.base_fields[_text.name] = DraftForm.declared_fields[_text.name] = forms.CharField(
        label=_text.title,
        help_text=_text.help,
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
