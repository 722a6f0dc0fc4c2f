"""Who a session's requests come from: the person and the factor, each asked for at every request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet
from django_otp.middleware import OTPMiddleware
from django_otp.models import Device

from accounts.models import Authenticator, User
from lantern.lib.compiled import CompiledQuery, Parameter


class People(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, with the query of every request made once."""

    def get_user(self, user_id: Any) -> User | None:
        """The person, if she may be signed in at all."""
        found = _person.first(user=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None


class SecondStep(OTPMiddleware):  # type: ignore[misc]
    """django-otp's, likewise: it judges whether the factor is the person's and confirmed."""

    def _device_from_persistent_id(self, persistent_id: str) -> Device | None:
        kind, _, number = persistent_id.rpartition("/")
        if kind == Authenticator.model_label() and number.isdecimal():
            return _authenticator.first(authenticator=int(number))
        device: Device | None = super()._device_from_persistent_id(persistent_id)
        return device


@CompiledQuery
def _person() -> QuerySet[User]:
    return User.objects.filter(pk=Parameter("user"))


@CompiledQuery
def _authenticator() -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(pk=Parameter("authenticator"))
    return found
