from django.urls import path

from transparency import impact_views

app_name = "impact"
urlpatterns = [
    path("", impact_views.report, name="report"),
    path("report.csv", impact_views.file, name="file"),
    path("reported/", impact_views.reported, name="reported"),
]
