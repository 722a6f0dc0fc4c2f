"""Where everything is (design, section 8.4)."""

from django.contrib import admin
from django.urls import include, path

from lantern import metrics, views

handler400 = "lantern.views.bad_request"
handler429 = "lantern.views.too_many_requests"
handler500 = "lantern.views.broken"

urlpatterns = [
    path("", views.home, name="home"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("csp-report", views.csp_report, name="csp_report"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("", include("participants.public_urls")),
    path("participant/", include("participants.check_in_urls")),
    path("accounts/", include("accounts.urls")),
    path("record/", include("participants.record_urls")),
    path("accounts/", include("participants.sign_on_urls")),
    path("participant/", include("participants.urls")),
    path("participant/impact/", include("transparency.impact_urls")),
    path("signals/", include("signals.urls")),
    path("reviews/", include("reviews.urls")),
    path("transparency/", include("transparency.urls")),
    path("admin/", admin.site.urls),
]
