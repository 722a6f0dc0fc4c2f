"""The public report: the years there are, one year and its editions, their files, and how it is all counted."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lantern.lib.marks import public
from transparency.figures import FIGURES
from transparency.formats import FORMATS, file_of, sums_of
from transparency.json_form import SCHEMA_PATH
from transparency.models import Edition
from transparency.page_form import page_of
from transparency.reports import Report, report_of, report_of_edition, years
from transparency.snapshots import canonical


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
def year(request: HttpRequest, year: int, number: int | None = None) -> HttpResponse:
    """A year's latest edition or its figures so far, or the edition that is asked for."""
    report = _report(year, number)
    editions = Edition.objects.filter(year=year).values("number", "published_at")
    latest = max((edition["number"] for edition in editions), default=None)
    context = {
        "report": page_of(report),
        "downloads": _downloads(report),
        "editions": editions,
        "is_latest": report.edition == latest,
        "file_stem": report.file_stem,
    }
    return render(request, "transparency/year.html", context)


@public
@require_safe
def file(_request: HttpRequest, year: int, form: str, number: int | None = None) -> HttpResponse:
    """The same as a file."""
    report = _report(year, number)
    return _attached(file_of(report, form), FORMATS[form].content_type, f"{report.file_stem}.{form}")


@public
@require_safe
def snapshot(_request: HttpRequest, year: int, number: int | None = None) -> HttpResponse:
    """The bytes whose SHA-256 every form of the report carries."""
    report = _report(year, number)
    return _attached(canonical(report.snapshot), "application/json", f"{report.file_stem}-snapshot.json")


@public
@require_safe
def sums(_request: HttpRequest, year: int, number: int | None = None) -> HttpResponse:
    """What `sha256sum --check` wants to know."""
    return HttpResponse(sums_of(_report(year, number)), content_type="text/plain; charset=utf-8")


@public
@require_safe
def schema(_request: HttpRequest) -> HttpResponse:
    """The JSON Schema of the JSON form."""
    return HttpResponse(SCHEMA_PATH.read_bytes(), content_type="application/schema+json")


@public
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """Every figure, its unit and how it is counted."""
    return render(request, "transparency/definitions.html", {"figures": FIGURES.values()})


@public
@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """From recorded events to an edition."""
    return render(request, "transparency/method.html", _newest())


@public
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Checking a download without any software of ours."""
    return render(
        request, "transparency/check.html", {"site": request.build_absolute_uri("/").rstrip("/"), **_newest()}
    )


def _newest() -> dict[str, Any]:
    return {"newest": Edition.objects.defer("snapshot").first()}


def _report(year: int, number: int | None) -> Report:
    if number is None:
        report = report_of(year)
    else:
        edition = Edition.objects.filter(year=year, number=number).first()
        report = report_of_edition(edition) if edition else None
    if report is None:
        raise Http404
    return report


def _downloads(report: Report) -> dict[str, str]:
    if report.is_running:
        found = {form: reverse("transparency:file", args=[report.year, form]) for form in FORMATS}
        return {**found, "snapshot": reverse("transparency:snapshot", args=[report.year])}
    place = [report.year, report.edition]
    found = {form: reverse("transparency:edition_file", args=[*place, form]) for form in FORMATS}
    found |= {name: reverse(f"transparency:edition_{name}", args=place) for name in ("snapshot", "sums")}
    return found


def _attached(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
