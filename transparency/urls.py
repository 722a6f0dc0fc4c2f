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
    path("<report_year:year>/", views.year, name="year"),
    path("<report_year:year>/report.<report_format:form>", views.file, name="file"),
]
