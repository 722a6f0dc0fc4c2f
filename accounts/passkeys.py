"""Passkeys: WebAuthn ceremonies by django-otp-webauthn, as a second step after the password."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential

REGISTERING, USING = "passkey_registering", "passkey_using"


def relying_party(request: HttpRequest) -> str:
    """The host name that passkeys are bound to: the one the browser asked, which `ALLOWED_HOSTS` has let through."""
    return urlsplit(f"//{request.get_host()}").hostname or ""


def are_possible(request: HttpRequest) -> bool:
    """Whether passkeys work at this address: browsers refuse them where it is a number instead of a name."""
    try:
        ip_address(relying_party(request))
    except ValueError:
        return True
    return False


def are_offered(request: HttpRequest, user: Any) -> bool:
    """Whether `user` can answer with a passkey here."""
    return are_possible(request) and bool(WebAuthnCredential.objects.filter(user=user, confirmed=True).exists())


class Ceremony(WebAuthnHelper):  # type: ignore[misc]
    """The library's ceremonies at the address the request came to."""

    def get_allowed_origins(self) -> list[str]:
        return [f"{self.request.scheme}://{self.request.get_host()}"]

    def get_credential_display_name(self, user: Any) -> str:
        return str(user.name)
