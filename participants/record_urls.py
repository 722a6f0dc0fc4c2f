"""What happened, and the proofs that it was not changed."""

from django.urls import path

from participants.views import record

app_name = "record"
urlpatterns = [
    path("", record.listing, name="list"),
    path("export/", record.export, name="export"),
    path("events/<int:event_id>/proof/", record.proof, name="proof"),
    path("checkpoints/", record.checkpoints, name="checkpoints"),
    path("checkpoints/<int:size>/", record.checkpoint, name="checkpoint"),
    path("checkpoints/<int:size>/growth/", record.growth, name="growth"),
]
