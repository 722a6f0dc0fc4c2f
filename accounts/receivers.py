"""What is written down when somebody signs in or out, however they do it."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.clock import begin
from accounts.models import Session, User
from accounts.passing import confirm_now
from accounts.session_store import row_key
from audit.events import Event
from audit.record import record


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    begin(request)
    confirm_now(request)
    record(Event.SIGNED_IN, user, by=user)


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Of several requests that sign out of one session, the one that removes its row writes the event."""
    ended, _rows = Session.objects.filter(session_key=row_key(request.session.session_key or "")).delete()
    if ended and user is not None:
        record(Event.SIGNED_OUT, user, by=user)


@receiver(user_login_failed)
def note_wrong_password(credentials: dict[str, Any], **_: Any) -> None:
    """Only for people we know: an unknown address is not kept."""
    user = User.objects.filter(email__iexact=str(credentials.get("email", ""))).first()
    if user is not None:
        record(Event.SIGN_IN_REFUSED, user, by=user, step="password")
