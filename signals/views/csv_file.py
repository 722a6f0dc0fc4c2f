"""A CSV as an answer."""

from django.http import HttpResponse


def csv_answer(content: str, name: str) -> HttpResponse:
    """The file, with a byte-order mark, so that a spreadsheet reads it as UTF-8."""
    response = HttpResponse("\ufeff" + content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
