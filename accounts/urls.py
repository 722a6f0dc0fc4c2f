from allauth.account import views as allauth_views
from django.urls import include, path

from accounts.views import letters, security, signing_in
from lantern.lib.marks import public

own = (
    [
        path("code/", signing_in.code, name="code"),
        path("code/abandon/", signing_in.abandon, name="abandon"),
        path("security/", security.security, name="security"),
        path("letters/", letters.letters, name="letters"),
        path("letters/choices/", letters.choices, name="letter_choices"),
        path("letters/<uuid:letter_id>/", letters.letter, name="letter"),
    ],
    "accounts",
)

# Of allauth's pages only these two: nobody signs up, and the others come with what they need.
urlpatterns = [
    path("login/", public(allauth_views.login), name="account_login"),
    path("logout/", public(allauth_views.logout), name="account_logout"),
    path("", include(own)),
]
