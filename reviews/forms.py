"""What an analyst fills in to conclude a review; built from the one table of outcomes."""

import re
from typing import Any, Self

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundField

from lantern.lib.compiled import CompiledQuery, Parameter
from lantern.lib.shared_fields import shared_fields
from participants.models import Member
from reviews.deciding import REPORTS
from reviews.models import Decision, DecisionTemplate
from reviews.outcomes import ACTIONED, DISMISSALS, DISMISSED, UNITS, VERDICTS

MOST_MEASURED = 1_000_000
MOST_REPORT_IDS = 100
REPORT_ID = re.compile(r"\d{1,12}")
NO_REASON = "A reason always: name the policy of yours that it broke, or say why in words."
NOTHING_MEASURED = "Say what you did: at least one count of 1 or more. If you did nothing, dismiss."


class WordsField(forms.CharField):
    """Text of several lines. A browser sends two characters for each line end; one is kept and counted."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


MEASURES = {
    unit.name: forms.IntegerField(label=unit.label, min_value=0, max_value=MOST_MEASURED, required=False)
    for unit in UNITS.values()
}


@shared_fields
class DecisionForm(forms.Form):
    """Actioned with at least one measure, or dismissed with a reason."""

    verdict = forms.ChoiceField(
        choices=[(row.name, row.label) for row in VERDICTS.values()],
        widget=forms.RadioSelect,
        label="What you concluded",
    )
    policy = forms.CharField(
        max_length=200, required=False, label="Policy it broke", help_text="Yours, by name or section."
    )
    dismissed_reason = forms.ChoiceField(
        choices=[(row.name, row.label) for row in DISMISSALS.values()],
        widget=forms.RadioSelect,
        required=False,
        label="Why it led to nothing",
    )
    reason = WordsField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="In words",
        help_text="For your own company. Never a victim's identity.",
    )

    report_ids = forms.CharField(
        max_length=1400,
        required=False,
        label="Numbers of the reports to NCMEC",
        help_text="As the CyberTipline gave them, with spaces between. Kept sealed, for your own company.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= MEASURES

    @classmethod
    def beginning(cls, member: Member, template: DecisionTemplate | None = None) -> Self:
        """The form as the member finds it: what the template says, or the policy she named last."""
        if template is None:
            return cls(initial={"policy": next((policy for (policy,) in _named_last.rows(member=member.pk)), "")})
        said = {name: getattr(template, name) for name in ("verdict", "policy", "reason")}
        return cls(initial={**said, "dismissed_reason": template.dismissal})

    @property
    def measures(self) -> list[BoundField]:
        """The count of each unit."""
        return [self[unit] for unit in UNITS]

    def clean_report_ids(self) -> list[str]:
        """The numbers, one by one."""
        numbers = (
            re.split(r"[\s,;]+", self.cleaned_data["report_ids"].strip()) if self.cleaned_data["report_ids"] else []
        )
        if len(numbers) > MOST_REPORT_IDS or not all(map(REPORT_ID.fullmatch, numbers)):
            raise forms.ValidationError(f"Up to {MOST_REPORT_IDS} whole numbers of at most 12 digits.")
        return numbers

    def clean(self) -> dict[str, Any]:
        """What the verdict needs is there, and what belongs to the other one is left out."""
        cleaned = super().clean() or {}
        counts = {unit: cleaned[unit] for unit in UNITS if cleaned.get(unit)}
        match cleaned.get("verdict"):
            case ACTIONED.name:
                self._need_measures(counts)
                self._need_grounds(cleaned, counts)
            case DISMISSED.name:
                self._need_reason(cleaned)
        return cleaned

    def decision(self) -> dict[str, Any]:
        """What `record_decision` is called with. Only after `is_valid`."""
        cleaned = self.cleaned_data
        actioned = cleaned["verdict"] == ACTIONED.name
        return {
            "verdict": cleaned["verdict"],
            "measures": {unit: cleaned[unit] for unit in UNITS if cleaned.get(unit)} if actioned else {},
            "policy": cleaned["policy"] if actioned else "",
            "dismissal": "" if actioned else cleaned["dismissed_reason"],
            "reason": cleaned["reason"],
            "report_ids": cleaned["report_ids"] if actioned else [],
        }

    def _need_measures(self, counts: dict[str, int]) -> None:
        if not counts and not any(unit in self.errors for unit in UNITS):
            self.add_error(next(iter(UNITS)), NOTHING_MEASURED)

    def _need_grounds(self, cleaned: dict[str, Any], counts: dict[str, int]) -> None:
        if counts and not cleaned.get("policy") and not cleaned.get("reason") and not self.errors:
            self.add_error("policy", NO_REASON)
        if len(cleaned.get("report_ids") or []) > counts.get(REPORTS, 0):
            self.add_error("report_ids", "There are more numbers than reports. Count each report above.")

    def _need_reason(self, cleaned: dict[str, Any]) -> None:
        chosen = DISMISSALS.get(cleaned.get("dismissed_reason", ""))
        if chosen is None:
            self.add_error("dismissed_reason", "Choose why it led to nothing.")
        elif chosen.needs_words and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say in words why, when no reason above fits.")


@CompiledQuery
def _named_last() -> QuerySet[Decision, tuple[str]]:
    named = Decision.objects.filter(decided_by=Parameter("member")).exclude(policy="")
    return named.order_by("-pk").values_list("policy")[:1]
