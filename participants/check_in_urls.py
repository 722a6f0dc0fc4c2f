"""Check-ins and the agreement, on the pages of one's own participant."""

from django.urls import path

from participants.views import check_ins

app_name = "check_ins"
urlpatterns = [
    path("check-ins/", check_ins.listing, name="list"),
    path("check-ins/<uuid:check_in_id>/", check_ins.check_in, name="check_in"),
    path("agreements/<uuid:agreement_id>/file/", check_ins.agreement_file, name="agreement_file"),
]
