from allauth.account import views as allauth_views
from django.urls import include, path

from accounts.views import confirming, factors, letters, passwords, security, sessions, signing_in
from lantern.lib.marks import public

own = (
    [
        path("code/", signing_in.code, name="code"),
        path("code/abandon/", signing_in.abandon, name="abandon"),
        path("enroll/", signing_in.enroll, name="enroll"),
        path("passkey/", factors.passkey_begin, name="passkey_begin"),
        path("passkey/answer/", factors.passkey_complete, name="passkey_complete"),
        path("confirm/", confirming.confirm, name="confirm"),
        path("kept/", confirming.kept, name="kept"),
        path("stay/", confirming.stay, name="stay"),
        path("session/", confirming.session_left, name="session_left"),
        path("security/", security.security, name="security"),
        path("factors/remove/", factors.remove, name="factor_remove"),
        path("authenticators/new/", factors.authenticator_new, name="authenticator_new"),
        path("passkeys/new/", factors.passkey_new, name="passkey_new"),
        path("passkeys/new/options/", factors.passkey_new_begin, name="passkey_new_begin"),
        path("passkeys/new/answer/", factors.passkey_new_complete, name="passkey_new_complete"),
        path("recovery/", factors.recovery, name="recovery"),
        path("sessions/", sessions.sessions, name="sessions"),
        path("sessions/end/", sessions.end, name="session_end"),
        path("sessions/end-others/", sessions.end_others, name="sessions_end_others"),
        path("password/", passwords.password, name="password"),
        path("password/forgotten/", passwords.forgotten, name="password_forgotten"),
        path("password/asked/", passwords.asked, name="password_asked"),
        path("password/<str:uid>/<str:token>/", passwords.choose, name="password_choose"),
        path("email/", passwords.email, name="email"),
        path("email/code/", passwords.email_code, name="email_code"),
        path("letters/", letters.letters, name="letters"),
        path("letters/choices/", letters.choices, name="letter_choices"),
        path("letters/<uuid:letter_id>/", letters.letter, name="letter"),
    ],
    "accounts",
)

# Of allauth's pages only these two: nobody signs up, and the others have pages of our own.
urlpatterns = [
    path("login/", public(allauth_views.login), name="account_login"),
    path("logout/", public(allauth_views.logout), name="account_logout"),
    path("", include(own)),
]
