from django.urls import path

from signals.views import endings, exports, filters, lookup, signals, uploads

app_name = "signals"
urlpatterns = [
    path("", signals.listing, name="list"),
    path("new/", signals.new, name="new"),
    path("filters/save/", filters.save, name="filter_save"),
    path("filters/<uuid:filter_id>/remove/", filters.remove, name="filter_remove"),
    path("lookup/", lookup.lookup, name="lookup"),
    path("lookup/<uuid:lookup_id>/", lookup.lookup_answer, name="lookup_answer"),
    path("lookup/<uuid:lookup_id>/known.csv", lookup.lookup_download, {"side": "known"}, name="lookup_known"),
    path("lookup/<uuid:lookup_id>/unknown.csv", lookup.lookup_download, {"side": "unknown"}, name="lookup_unknown"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.new, name="export_new"),
    path("exports/<uuid:export_id>/approve/", exports.approve, name="export_approve"),
    path("exports/<uuid:export_id>/refuse/", exports.refuse, name="export_refuse"),
    path("exports/<uuid:export_id>/signals.csv", exports.download, name="export_download"),
    path("contributions/<uuid:contribution_id>/correct/", endings.correct, name="correct"),
    path("contributions/<uuid:contribution_id>/withdraw/", endings.withdraw, name="withdraw"),
    path("incidents/<uuid:incident_id>/withdraw/", endings.withdraw_incident, name="withdraw_incident"),
    path("uploads/", uploads.listing, name="uploads"),
    path("uploads/new/", uploads.new, name="upload_new"),
    path("uploads/template.csv", uploads.template, name="upload_template"),
    path("uploads/<uuid:upload_id>/", uploads.upload, name="upload"),
    path("uploads/<uuid:upload_id>/progress/", uploads.progress, name="upload_progress"),
    path("uploads/<uuid:upload_id>/share/", uploads.apply, name="upload_apply"),
    path("uploads/<uuid:upload_id>/cancel/", uploads.cancel, name="upload_cancel"),
    path("uploads/<uuid:upload_id>/withdraw/", endings.withdraw_upload, name="upload_withdraw"),
    path("uploads/<uuid:upload_id>/errors.csv", uploads.errors, name="upload_errors"),
    path("<uuid:signal_id>/", signals.signal, name="signal"),
    path("<uuid:signal_id>/reveal/", signals.reveal, name="reveal"),
    path("<uuid:signal_id>/handling/", signals.handle, name="handle"),
]
