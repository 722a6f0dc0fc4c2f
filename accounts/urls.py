from allauth.account import views as allauth_views
from django.urls import include, path

from accounts import views
from lantern.lib.marks import public

own = (
    [
        path("code/", views.code, name="code"),
        path("code/abandon/", views.abandon, name="abandon"),
    ],
    "accounts",
)

# Of allauth's pages only these two: nobody signs up, and the others come with what they need.
urlpatterns = [
    path("login/", public(allauth_views.login), name="account_login"),
    path("logout/", public(allauth_views.logout), name="account_logout"),
    path("", include(own)),
]
