"""The year at the coalition's desk: figures so far, who has not reported, how contributions held up."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from participants.models import Participant
from participants.staff_admin import ReadOnlyAdmin
from reviews.outcomes import UNITS
from transparency.coverage import coverage_of, quality_of
from transparency.models import ReportedFigure
from transparency.periods import Period
from transparency.reporting import NobodyToAsk, NothingMissing, remind
from transparency.snapshots import snapshot_of

FIRST_YEAR = 2020


@admin.register(ReportedFigure)
class ReportedFigureAdmin(ReadOnlyAdmin):
    """What participants reported from outside the portal; and the page of a year."""

    list_display = ("participant", "year", "unit", "number", "reported_at")
    list_filter = ("year",)
    change_list_template = "admin/transparency/reported.html"

    @admin.display(description="unit")
    def unit(self, row: ReportedFigure) -> str:
        """In words."""
        return UNITS[row.name].label if row.name in UNITS else row.name

    def get_urls(self) -> list[Any]:
        """The admin's own, and the page of a year with its button."""
        wrap = self.admin_site.admin_view
        return [
            path("year/<int:year>/", wrap(self.year_page), name="figures_year"),
            path("year/<int:year>/remind/<int:participant_id>/", wrap(self.remind), name="figures_remind"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, and the way to the running year."""
        return super().changelist_view(request, {**(extra_context or {}), "year": timezone.now().year})

    def year_page(self, request: HttpRequest, year: int) -> HttpResponse:
        """A year's exact figures, coverage and quality. Never for publishing."""
        return require_safe(self._year_page)(request, year)

    def remind(self, request: HttpRequest, year: int, participant_id: int) -> HttpResponse:
        """Write to a participant of which nothing is known yet. A year without a page is a 404."""
        return require_POST(self._remind)(request, year, participant_id)

    def _year_page(self, request: HttpRequest, year: int) -> HttpResponse:
        now = timezone.now().year
        year = min(max(year, FIRST_YEAR), now)
        period = Period.year(year)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Figures of {year}",
            "year": year,
            "years": [now, now - 1, now - 2],
            "figures": snapshot_of(year, public=False)["figures"],
            "coverage": coverage_of(period),
            "quality": quality_of(period),
        }
        return render(request, "admin/transparency/year.html", context)

    def _remind(self, request: HttpRequest, year: int, participant_id: int) -> HttpResponseRedirect:
        if not FIRST_YEAR <= year <= timezone.now().year:
            raise Http404
        by: Any = request.user
        participant = get_object_or_404(Participant, pk=participant_id)
        try:
            letters = remind(participant, year, by=by)
        except NothingMissing:
            messages.info(request, f"Nothing is missing from {participant.name} for {year}. Nobody was written to.")
        except NobodyToAsk:
            why = "It has no admin who can open its report and takes letters on the programme."
            messages.error(request, f"Nobody at {participant.name} was written to. {why}")
        else:
            told = f"Letters to the admins of {participant.name}: {letters}."
            messages.info(request, told if letters else f"{participant.name} was written to today already.")
        return redirect(reverse("admin:figures_year", args=[year]))
