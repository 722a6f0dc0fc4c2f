"""Closing people's accounts: they cannot sign in any more, and wherever they are signed in, that ends."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Session, User


def sessions_of(user_ids: Collection[int]) -> QuerySet[Session]:
    """The sessions in which these people are signed in now."""
    return Session.objects.filter(user__in=user_ids, expire_date__gt=timezone.now())


@transaction.atomic
def close_accounts(user_ids: Collection[int]) -> None:
    """Close these accounts. A part of a larger act, which writes the event."""
    User.objects.filter(pk__in=user_ids).update(is_active=False)
    Session.objects.filter(user__in=user_ids).delete()
