"""Signing in through one's company: OpenID Connect by allauth, bound to issuer and subject.

A person is found by their binding. The first time there is none: then a verified e-mail address that belongs to an
active member of exactly this participant makes it. Nobody is ever made a member by it, and the second step follows as
after a password.
"""

from typing import Any, NoReturn
from uuid import UUID

from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.factors import tell
from accounts.models import Session, User
from audit.events import Event
from audit.record import Actor, record
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, SignOn, SignOnBinding


class NotBound(Exception):
    """The provider vouched for somebody who is nobody here."""


class SignOnThere(Exception):
    """The participant has its OpenID provider already; that one is changed, and no second one added."""


@transaction.atomic
def add_sign_on(participant: Participant, *, by: Actor, **kept: Any) -> SignOn:
    """Keep the first OpenID provider of `participant`, as `set_sign_on` does: of several at once, one.

    Raises `SignOnThere`.
    """
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    if SignOn.objects.filter(participant=participant).exists():
        raise SignOnThere
    return set_sign_on(participant, by=by, **kept)


@transaction.atomic
def set_sign_on(
    participant: Participant,
    *,
    issuer: str,
    client_id: str,
    secret: str | None,
    by: Actor,
    is_active: bool = True,
    passwords_forbidden: bool = False,
) -> SignOn:
    """Keep the OpenID provider of `participant`; without a `secret` the one there is stays.

    When it begins to forbid passwords, its people's sessions end: the next ones begin at their company.
    """
    locked = SignOn.objects.select_for_update(no_key=True).filter(participant=participant).first()
    found = locked or SignOn(participant=participant)
    forbade = found.is_active and found.passwords_forbidden and found.pk is not None
    found.issuer, found.client_id = issuer.rstrip("/"), client_id
    found.is_active, found.passwords_forbidden = is_active, passwords_forbidden
    if secret is not None:
        found.seal_secret(secret)
    found.save()
    if is_active and passwords_forbidden and not forbade:
        Session.objects.filter(user__in=participant.members.values("user")).delete()
    record(Event.SIGN_ON_CHANGED, found, by=by, active=is_active, passwords_forbidden=passwords_forbidden)
    return found


@transaction.atomic
def person_behind(sign_on: SignOn, *, subject: str, email: str, email_verified: bool) -> User:
    """Whom the provider means. Raises `NotBound`."""
    members = Member.objects.select_related("user").filter(
        participant=sign_on.participant, is_active=True, user__is_active=True
    )
    digest = SignOnBinding.fingerprint(sign_on.issuer, subject)
    binding = SignOnBinding.objects.filter(issuer=sign_on.issuer, subject=digest).first()
    if binding is not None:
        member = members.filter(user_id=binding.user_id).first()
    else:
        member = members.filter(user__email__iexact=email).first() if email_verified and email else None
    if member is None:
        raise NotBound
    if binding is None:
        _bind(sign_on, member, digest)
    return member.user


def signs_on_only(participant: Participant) -> bool:
    """Whether the people of `participant` sign in through their company only. Asked also for people still to come."""
    with acting_as_system():
        return SignOn.objects.filter(participant=participant, is_active=True, passwords_forbidden=True).exists()


def forbids_password(email: str) -> bool:
    """Whether the person with this address signs in through their company only."""
    with acting_as_system():
        forbidding = SignOn.objects.filter(is_active=True, passwords_forbidden=True)
        return forbidding.filter(participant__members__user__email__iexact=email).exists()


class PasswordSwitch(BaseBackend):
    """Comes before the other ways to sign in: where passwords are forbidden a right one is like a wrong one."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Raises `PermissionDenied`, which ends the attempt, after the time that a wrong password takes."""
        if credentials.get("password") and forbids_password(str(credentials.get("email", ""))):
            User().set_password(credentials["password"])
            raise PermissionDenied


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """allauth's view of it: the providers are the participants' own, and nobody signs up."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """The provider of the participant with that slug. Nothing of allauth's own tables is used."""
        with acting_as_system():
            found = SignOn.objects.select_related("participant").filter(is_active=True, participant__slug=provider)
            return [_as_app(sign_on) for sign_on in found]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        """Sign in whom the provider vouched for, up to the second step."""
        claims = sociallogin.account.extra_data["id_token"]
        with acting_as_system():
            sign_on = SignOn.objects.select_related("participant").get(
                participant__slug=sociallogin.account.provider, is_active=True
            )
            try:
                user = person_behind(
                    sign_on,
                    subject=str(claims["sub"]),
                    email=str(claims.get("email", "")),
                    email_verified=claims.get("email_verified") is True,
                )
            except NotBound:
                raise ImmediateHttpResponse(refused(request)) from None
        raise ImmediateHttpResponse(perform_login(request, user, redirect_url=sociallogin.get_redirect_url(request)))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> NoReturn:
        """One page for all that can go wrong with the provider; what it said is not repeated."""
        raise ImmediateHttpResponse(refused(request))


class StrictOpenID(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's OpenID client, with the issuer held to what staff entered and every signature checked."""

    def refuse_another_issuer(self) -> None:
        """Raises `PermissionDenied` unless the provider is who staff said (OpenID Connect Discovery 1.0, 4.3)."""
        if str(self.openid_config["issuer"]).rstrip("/") != self.get_provider().app.settings["server_url"]:
            raise PermissionDenied

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
                verify_signature=True,
            )
        except (KeyError, TypeError, ValueError):  # a token of another shape, or of another family of keys
            raise OAuth2Error("Invalid id_token") from None
        return claims


def refused(request: HttpRequest) -> HttpResponse:
    """The page of a sign-on that did not work."""
    return render(request, "participants/sign_on_refused.html", status=401)


def _bind(sign_on: SignOn, member: Member, digest: UUID) -> None:
    try:
        with transaction.atomic():
            binding = SignOnBinding.objects.create(
                participant=sign_on.participant, user=member.user, issuer=sign_on.issuer, subject=digest
            )
    except IntegrityError:  # the person is somebody else there already
        raise NotBound from None
    record(Event.SIGN_ON_BOUND, binding, by=member)
    tell(member.user, "Signing in through your company was set up for your account")


def _as_app(sign_on: SignOn) -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=sign_on.participant.slug,
        name=sign_on.participant.name,
        client_id=sign_on.client_id,
        secret=sign_on.opened_secret(),
        settings={"server_url": sign_on.issuer, "fetch_userinfo": False, "oauth_pkce_enabled": True},
    )
