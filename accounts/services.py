"""What can be done to a person's account."""

from django.contrib.auth.hashers import check_password
from django.db import transaction

from accounts.factors import tell
from accounts.models import Authenticator, CoalitionRole, Session, User
from audit.events import Event
from audit.record import Actor, record
from lantern.lib.unique import unless_taken

EMAIL_KEYS = ("accounts_user_email_key", "user_email_is_unique_in_any_case")


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
def change_password(user: User, password: str, *, by: Actor) -> None:
    """Give `user` another password. Sessions that were entered with the old one end.

    Nothing more is done where it is theirs since `user` was read: of several requests at once, one changes it.
    """
    kept = User.objects.select_for_update(no_key=True).get(pk=user.pk).password
    if kept != user.password and check_password(password, kept):
        user.password = kept
        return
    user.set_password(password)
    user.save(update_fields=["password"])
    record(Event.PASSWORD_CHANGED, user, by=by)
    tell(user, "Your password was changed", "Browsers that were signed in with the old one are signed out.")


@transaction.atomic
def change_email(user: User, email: str, *, by: Actor) -> None:
    """Give `user` another e-mail address, one that is known to be theirs; the old one is told. Raises `EmailTaken`.

    Nothing is done where it is theirs already: of several requests at once, one changes it.
    """
    if User.objects.select_for_update().get(pk=user.pk).email == email.lower():
        return
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise EmailTaken
    what = "The e-mail address of your account was changed"
    tell(user, what, "Letters no longer come to this address.")
    with unless_taken(EmailTaken, *EMAIL_KEYS):
        User.objects.filter(pk=user.pk).update(email=email.lower())
    user.email = email.lower()
    record(Event.EMAIL_CHANGED, user, by=by)
    tell(user, what, "Sign in with this address from now on.")


@transaction.atomic
def end_sessions(user: User, *, by: Actor, only: str | None = None, but: str | None = None) -> int:
    """End the sessions of `user` (with `only` that one, with `but` all others), by their rows' keys; how many ended."""
    sessions = Session.objects.filter(user=user)
    if only is not None:
        sessions = sessions.filter(session_key=only)
    if but is not None:
        sessions = sessions.exclude(session_key=but)
    ended = sessions.delete()[0]
    record(Event.SESSIONS_ENDED, user, by=by, sessions=ended)
    return ended
