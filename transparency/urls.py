from django.urls import path, register_converter

from transparency import views


class YearConverter:
    """Four digits."""

    regex = "20[0-9]{2}"

    def to_python(self, text: str) -> int:
        return int(text)

    def to_url(self, year: int) -> str:
        return str(year)


class FormatConverter:
    """The ending of a report's file."""

    regex = "csv|json|pdf"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, name: str) -> str:
        return name


register_converter(YearConverter, "report_year")
register_converter(FormatConverter, "report_format")

app_name = "transparency"
urlpatterns = [
    path("", views.index, name="index"),
    path("definitions/", views.definitions, name="definitions"),
    path("method/", views.method, name="method"),
    path("check/", views.check, name="check"),
    path("schema/lantern-report-2.json", views.schema, name="schema"),
    path("<report_year:year>/", views.year, name="year"),
    path("<report_year:year>/report.<report_format:form>", views.file, name="file"),
    path("<report_year:year>/snapshot.json", views.snapshot, name="snapshot"),
    path("<report_year:year>/SHA256SUMS", views.sums, name="sums"),
    path("<report_year:year>/editions/<int:number>/", views.year, name="edition"),
    path("<report_year:year>/editions/<int:number>/report.<report_format:form>", views.file, name="edition_file"),
    path("<report_year:year>/editions/<int:number>/snapshot.json", views.snapshot, name="edition_snapshot"),
    path("<report_year:year>/editions/<int:number>/SHA256SUMS", views.sums, name="edition_sums"),
]
