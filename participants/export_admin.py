"""Exports from the admin, each written down with its size."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from import_export.admin import ExportMixin
from tablib import Dataset

from audit.events import Event
from audit.record import record
from lantern.lib.csvfile import guarded
from participants.staff_admin import has_nul


class RecordedExport(ExportMixin):  # type: ignore[misc]
    """Whoever may view the rows may take them out; that leaves one event, `export_event`.

    No cell is a formula, whatever the format: a spreadsheet opens a table of HTML as it opens CSV.
    """

    export_event: Event

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)  # type: ignore[no-any-return]

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        """The file; taking it out is recorded with its size."""
        by: Any = request.user
        record(self.export_event, self.model, by=by, rows=queryset.count())
        return super().get_export_data(file_format, request, queryset, **kwargs)

    def get_data_for_export(self, request: HttpRequest, queryset: Any, **kwargs: Any) -> Dataset:
        """The rows, guarded as in every CSV that the portal hands out."""
        data = super().get_data_for_export(request, queryset, **kwargs)
        return Dataset(*([guarded(cell) for cell in row] for row in data), headers=data.headers)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """The form, or the file. An address that narrows by what does not exist leads to all rows, as in the list."""
        if has_nul(request):
            return HttpResponseRedirect(request.path)
        try:
            return super().export_action(request)  # type: ignore[no-any-return]
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
