from django.urls import path

from signals.views import signals, uploads

app_name = "signals"
urlpatterns = [
    path("", signals.listing, name="list"),
    path("new/", signals.new, name="new"),
    path("uploads/", uploads.listing, name="uploads"),
    path("uploads/new/", uploads.new, name="upload_new"),
    path("uploads/template.csv", uploads.template, name="upload_template"),
    path("uploads/<uuid:upload_id>/", uploads.upload, name="upload"),
    path("uploads/<uuid:upload_id>/progress/", uploads.progress, name="upload_progress"),
    path("uploads/<uuid:upload_id>/share/", uploads.apply, name="upload_apply"),
    path("uploads/<uuid:upload_id>/cancel/", uploads.cancel, name="upload_cancel"),
    path("uploads/<uuid:upload_id>/errors.csv", uploads.errors, name="upload_errors"),
    path("<uuid:signal_id>/", signals.signal, name="signal"),
    path("<uuid:signal_id>/reveal/", signals.reveal, name="reveal"),
]
