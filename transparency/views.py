"""The public report: the years there are, one year, and its files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lantern.lib.marks import public
from transparency.formats import FORMATS
from transparency.page_form import page_of
from transparency.publishing import Report, report_of, years


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The years."""
    told = [
        {
            "year": year,
            "is_running": edition is None,
            "edition": edition.number if edition else None,
            "published_at": edition.published_at if edition else None,
            "url": reverse("transparency:year", args=[year]),
        }
        for year, edition in years().items()
    ]
    return render(request, "transparency/index.html", {"years": told})


@public
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """A year's latest edition, or its figures so far."""
    report = _report(year)
    downloads = {name: reverse("transparency:file", args=[year, name]) for name in FORMATS}
    return render(request, "transparency/year.html", {"report": page_of(report), "downloads": downloads})


@public
@require_safe
def file(_request: HttpRequest, year: int, form: str) -> HttpResponse:
    """The same as a file."""
    report = _report(year)
    made = FORMATS[form]
    response = HttpResponse(made.make(report), content_type=made.content_type)
    name = f"lantern-{year}-{'running' if report.is_running else f'edition-{report.edition}'}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _report(year: int) -> Report:
    report = report_of(year)
    if report is None:
        raise Http404
    return report
