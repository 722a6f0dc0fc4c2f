from django.urls import path

from participants import sign_on_views

# allauth finds its way by the two names that begin with openid_connect.
urlpatterns = [
    path("company/", sign_on_views.company, name="sign_on"),
    path("company/<slug:provider_id>/", sign_on_views.begin, name="openid_connect_login"),
    path("company/<slug:provider_id>/callback/", sign_on_views.callback, name="openid_connect_callback"),
]
