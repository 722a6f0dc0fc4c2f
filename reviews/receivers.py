"""What `reviews` does when others speak: new signals ring the routing, signing out and leaving give claims back."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from accounts.models import User
from audit.record import Actor
from lantern.lib.bell import ring
from participants.models import Member
from participants.notices import member_removed
from reviews.claims import release_all
from signals.notices import signals_changed


@receiver(signals_changed)
def ring_routing(**_: Any) -> None:
    ring("reviews.route")


@receiver(user_logged_out)
def give_claims_back(user: User | None, **_: Any) -> None:
    member = Member.objects.filter(user=user).first() if user is not None else None
    if member is not None:
        release_all(member, by=member, why="signed_out")


@receiver(member_removed)
def take_claims_back(member: Member, by: Actor, **_: Any) -> None:
    release_all(member, by=by, why="member_removed")
