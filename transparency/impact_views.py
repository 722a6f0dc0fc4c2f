"""A participant's own report: page, file, and what it did outside the portal."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from reviews.outcomes import UNITS
from transparency.impact import DONE, GIVEN, OUTSIDE, TAKEN, csv_of, latest_reported, lines_of, paragraphs_of
from transparency.periods import Period
from transparency.reporting import report_figures

MOST = 2_000_000_000


class ReportedForm(forms.Form):
    """How much was done outside the portal, by unit; empty is "not collected"."""

    note = forms.CharField(
        max_length=500,
        required=False,
        label="How this was counted",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For the coalition. Never a person's name or identifier.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for unit in UNITS.values():
            label = unit.label[0].upper() + unit.label[1:]
            self.fields[unit.name] = forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False)
        self.order_fields([*UNITS, "note"])

    @property
    def numbers(self) -> dict[str, int | None]:
        """By unit. Only after `is_valid`."""
        return {name: self.cleaned_data[name] for name in UNITS}


@requires(Action.REPORT_IMPACT)
@require_safe
def report(request: MemberRequest) -> HttpResponse:
    """A year in numbers, and in words to paste."""
    year = _year(request)
    period = Period.year(year)
    lines = lines_of(request.member.participant, period)
    context = {
        "member": request.member,
        "year": year,
        "years": _years(),
        "is_running": year == timezone.now().year,
        "parts": [_part(name, lines) for name in (GIVEN, TAKEN, DONE)],
        "outside": _part(OUTSIDE, lines),
        "paragraphs": paragraphs_of(lines, period),
    }
    return render(request, "transparency/impact.html", context)


@requires(Action.REPORT_IMPACT)
@require_safe
def file(request: MemberRequest) -> HttpResponse:
    """The same as CSV."""
    year = _year(request)
    response = HttpResponse(
        csv_of(request.member.participant, Period.year(year)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="own-report-{year}.csv"'
    return response


@requires(Action.REPORT_IMPACT)
@require_http_methods(["GET", "HEAD", "POST"])
def reported(request: MemberRequest) -> HttpResponse:
    """What was done outside the portal."""
    year = _year(request)
    known = latest_reported(request.member.participant, year)
    notes = [row.note for row in known.values()]
    initial = {**{name: row.number for name, row in known.items()}, "note": notes[0] if notes else ""}
    form = ReportedForm(request.POST) if request.method == "POST" else ReportedForm(initial=initial)
    if form.is_valid():
        report_figures(year, form.numbers, note=form.cleaned_data["note"], by=request.member)
        messages.success(request, f"Saved as reported for {year}. It stands apart from what the portal recorded.")
        return redirect(f"{reverse('impact:report')}?year={year}")
    context = {"member": request.member, "form": form, "year": year}
    return render(request, "transparency/reported.html", context, status=422 if form.errors else 200)


def _years() -> list[int]:
    now = timezone.now().year
    return [now, now - 1, now - 2]


def _year(request: MemberRequest) -> int:
    """The year that was asked for; last year for anything else."""
    asked = request.GET.get("year", "")
    return next((year for year in _years() if asked == str(year)), _years()[1])


def _part(name: str, lines: list[Any]) -> dict[str, Any]:
    return {"title": name, "rows": [line for line in lines if line.part == name]}
