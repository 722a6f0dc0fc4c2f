"""What `reviews` does when others speak: new signals ring the routing, signing out and leaving give claims back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from accounts.models import User
from audit.record import Actor
from lantern.lib.bell import ring
from participants.models import Member, Participant
from participants.notices import Effect, member_removed, participant_leaving, participant_left, participant_returned
from reviews.claims import held_of, release_all, release_departed
from reviews.follow_ups import tell_deciders
from reviews.routing import miss
from reviews.second_reviews import no_second_after
from reviews.signals_ended import tell_reviews
from signals.notices import contributions_ended, signals_changed


@receiver(signals_changed)
def ring_routing(**_: Any) -> None:
    ring("reviews.route")


@receiver(participant_returned)
def route_what_was_missed(participant: Participant, since: datetime, **_: Any) -> None:
    miss(participant, since=since)


@receiver(contributions_ended)
def close_what_ended(signals: list[UUID], ended: list[UUID], why: str, **_: Any) -> None:
    # Reviews before their second looks: whoever takes one locks them in the same order.
    tell_reviews(signals, ended=ended, why=why)
    no_second_after(ended)
    tell_deciders(signals)


@receiver(user_logged_out)
def give_claims_back(user: User | None, **_: Any) -> None:
    member = Member.objects.filter(user=user).first() if user is not None else None
    if member is not None:
        release_all(member, by=member, why="signed_out")


@receiver(member_removed)
def take_claims_of_one_back(member: Member, by: Actor, **_: Any) -> None:
    release_all(member, by=by, why="member_removed")


@receiver(participant_leaving)
def tell_what_ends(participant: Participant, **_: Any) -> list[Effect]:
    return [Effect("Reviews its people hold", held_of(participant).count(), "given back, undecided")]


@receiver(participant_left)
def take_claims_back(participant: Participant, by: Actor, **_: Any) -> None:
    release_departed(participant, by=by)
