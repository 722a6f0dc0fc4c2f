"""What can be done to a person's account."""

import django_otp
from django.db import transaction

from accounts.models import Authenticator, CoalitionRole, User
from audit.events import Event
from audit.record import Actor, record


class EmailTaken(Exception):
    """There is a person with that e-mail address already."""


@transaction.atomic
def add_person(
    email: str, *, name: str, password: str | None, by: Actor, coalition_role: CoalitionRole = CoalitionRole.NONE
) -> User:
    """A new person. Without a password nobody can sign in as them. Raises `EmailTaken`."""
    if User.objects.filter(email__iexact=email).exists():
        raise EmailTaken
    user = User(email=email.lower(), name=name, coalition_role=coalition_role)
    user.set_password(password)
    user.save()
    record(Event.PERSON_ADDED, user, by=by, coalition_role=coalition_role.value)
    return user


@transaction.atomic
def enroll_authenticator(user: User, *, by: Actor, seed: bytes | None = None) -> Authenticator:
    """Give `user` an authenticator, with a fresh seed unless one is given."""
    device = Authenticator.enroll(user, seed=seed)
    record(Event.FACTOR_ENROLLED, user, by=by, kind="authenticator")
    return device


@transaction.atomic
def spend_code(user: User, code: str) -> Authenticator | None:
    """The authenticator of `user` that accepts `code`, which is spent by it; None, and one event, if none does."""
    devices: list[Authenticator] = list(Authenticator.objects.filter(user=user, confirmed=True))
    for device in devices:
        if django_otp.verify_token(user, device.persistent_id, code):
            return device
    record(Event.SIGN_IN_REFUSED, user, by=user, step="code")
    return None
