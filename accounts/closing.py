"""Closing people's accounts: they cannot sign in any more, and wherever they are signed in, that ends."""

from collections.abc import Collection, Iterator

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import User


def sessions_of(user_ids: Collection[int]) -> list[str]:
    """The keys of the sessions in which these people are signed in now."""
    return [key for key, user_id in _signed_in() if user_id in user_ids]


@transaction.atomic
def close_accounts(user_ids: Collection[int]) -> int:
    """Close these accounts; how many sessions ended. A part of a larger act, which writes the event."""
    User.objects.filter(pk__in=user_ids).update(is_active=False)
    keys = sessions_of(user_ids)
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _signed_in() -> Iterator[tuple[str, int]]:
    # A session does not say outside its sealed content whose it is, so each that has not ended is opened.
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        user_id = session.get_decoded().get(SESSION_KEY)
        if user_id is not None:
            yield session.session_key, int(user_id)
