"""What `reviews` does when others speak: new signals ring the routing, signing out gives claims back."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from accounts.models import User
from lantern.lib.bell import ring
from participants.models import Member
from reviews.claims import release_all
from signals.notices import signals_changed


@receiver(signals_changed)
def ring_routing(**_: Any) -> None:
    ring("reviews.route")


@receiver(user_logged_out)
def give_claims_back(user: User | None, **_: Any) -> None:
    member = Member.objects.filter(user=user).first() if user is not None else None
    if member is not None:
        release_all(by=member)
