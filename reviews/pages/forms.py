"""What people fill in on these pages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from reviews.forms import WordsField
from reviews.models import CareChoice, NotificationChoice, ReviewPractice
from reviews.models.notification import Digest
from reviews.notification_kinds import NOTIFICATION_KINDS
from reviews.outcomes import ACTIONED, DISMISSALS, DISMISSED, VERDICTS
from reviews.threads import LONGEST, identifier_in
from signals.vocabulary import HARM_TYPES, SEVERITIES

OUTCOMES = [(ACTIONED.name, ACTIONED.label), *((row.name, f"Dismissed: {row.label}") for row in DISMISSALS.values())]
REST_OF_DAY = timedelta(hours=12)


class VoteForm(forms.Form):
    """What one would have decided."""

    verdict = forms.ChoiceField(
        choices=[(row.name, row.label) for row in VERDICTS.values()],
        widget=forms.RadioSelect,
        label="What you would conclude",
    )
    dismissed_reason = forms.ChoiceField(
        choices=[(row.name, row.label) for row in DISMISSALS.values()],
        widget=forms.RadioSelect,
        required=False,
        label="If dismissed, why",
    )

    def clean(self) -> dict[str, Any]:
        """A dismissal says why; what does not belong to the verdict is left out."""
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == DISMISSED.name and not cleaned.get("dismissed_reason"):
            self.add_error("dismissed_reason", "Choose why you would dismiss it.")
        if cleaned.get("verdict") == ACTIONED.name:
            cleaned["dismissed_reason"] = ""
        return cleaned


class AgreeForm(forms.Form):
    """Anything to add."""

    words = WordsField(
        max_length=1000, required=False, label="A word to your colleague", widget=forms.Textarea(attrs={"rows": 2})
    )


class ReturnForm(forms.Form):
    """Why it goes back."""

    words = WordsField(
        max_length=1000,
        label="What to look at again",
        help_text="Your colleague reads this. Never a victim's identity.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MessageForm(forms.Form):
    """A message of a thread."""

    words = WordsField(
        max_length=LONGEST,
        label="Your message",
        help_text="Up to 600 characters. No e-mail addresses, telephone numbers, links or names of people.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if found := identifier_in(words):
            raise forms.ValidationError(
                f"This holds what looks like {found}. Say it without: identifiers are shared as signals."
            )
        return words


class NotificationForm(forms.Form):
    """What one wants to be told."""

    wanted = forms.MultipleChoiceField(
        choices=[(row.name, row.label) for row in NOTIFICATION_KINDS.values()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Tell me in the portal when",
    )
    digest = forms.ChoiceField(
        choices=Digest.choices,
        widget=forms.RadioSelect,
        label="A letter that counts what I have not read",
        help_text="It holds numbers, never a signal.",
    )

    def __init__(self, *args: Any, choice: NotificationChoice, **kwargs: Any) -> None:
        wanted = [kind for kind in NOTIFICATION_KINDS if kind not in choice.refused]
        super().__init__(*args, **kwargs)
        self.initial = {"wanted": wanted, "digest": choice.digest}


class CareForm(forms.Form):
    """What one does not want to be given."""

    SEVERE = (
        ("", "Give me severe items as they come"),
        ("day", "Nothing severe for the next 12 hours"),
        ("on", "Nothing severe until I change it"),
    )

    severe = forms.ChoiceField(
        choices=SEVERE, required=False, widget=forms.RadioSelect, label="High and critical items"
    )
    harm_types = forms.MultipleChoiceField(
        choices=[(harm.name, harm.label) for harm in HARM_TYPES.values()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Leave these kinds of harm to others",
    )

    def __init__(self, *args: Any, choice: CareChoice, **kwargs: Any) -> None:
        until = choice.nothing_severe_until
        spared = choice.nothing_severe and (until is None or until > timezone.now())
        severe = ("day" if until else "on") if spared else ""
        super().__init__(*args, **kwargs)
        self.initial = {"severe": severe, "harm_types": choice.harm_types}

    def chosen(self) -> dict[str, Any]:
        """What `choose_care` is called with. Only after `is_valid`."""
        severe = self.cleaned_data["severe"]
        until: datetime | None = timezone.now() + REST_OF_DAY if severe == "day" else None
        return {"harm_types": self.cleaned_data["harm_types"], "nothing_severe": bool(severe), "until": until}


class PracticeForm(forms.Form):
    """What gets a second pair of eyes, and how breaks are held."""

    outcomes = forms.MultipleChoiceField(
        choices=OUTCOMES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Look again at every decision that says",
    )
    severities = forms.TypedMultipleChoiceField(
        choices=[(severity.rank, severity.label) for severity in SEVERITIES.values()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Look again at every signal of severity",
    )
    sample_percent = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Of all others, a random share of",
        help_text="Percent. Which ones cannot be told beforehand, and deciding again does not draw again.",
    )
    break_is_binding = forms.BooleanField(
        required=False,
        label="Severe items wait until a break that is due was taken",
        help_text="A break is due after 50 minutes or 40 severe items, and lasts ten minutes. Without this it is only"
        " suggested.",
    )

    def __init__(self, *args: Any, practice: ReviewPractice, **kwargs: Any) -> None:
        names = ("outcomes", "severities", "sample_percent", "break_is_binding")
        super().__init__(*args, **kwargs)
        self.initial = {name: getattr(practice, name) for name in names}
