"""The programme's public pages."""

from django.urls import path

from participants.views import applying, public

app_name = "programme"
urlpatterns = [
    path("participants/", public.listing, name="list"),
    path("participants/apply/", applying.apply, name="apply"),
    path("participants/apply/link/<str:secret>/", applying.link, name="link"),
    path("participants/apply/draft/", applying.draft, name="draft"),
    path("participants/apply/draft/submit/", applying.submit, name="submit"),
    path("governance/", public.governance, name="governance"),
]
