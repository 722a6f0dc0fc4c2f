"""Leaving: what ends, shown before and done at once.

What lives in apps above hears of it through `participants.notices` and answers for itself.
"""

from typing import Any

from django.db import transaction

from accounts.closing import close_accounts, sessions_of
from audit.record import Actor
from participants.models import Buddy, Participant, SharingGroupPermission
from participants.notices import Effect, participant_leaving, participant_left


def effects_of_leaving(participant: Participant) -> list[Effect]:
    """What would end if `participant` left now. Changes nothing."""
    people = list(participant.members.values_list("user_id", flat=True))
    groups = SharingGroupPermission.objects.filter(group=participant.auth_group).values("content_object").distinct()
    own = [
        Effect("Accounts of its people", len(people), "closed; nobody can sign in with them"),
        Effect("Sessions", sessions_of(people).count(), "ended at once"),
        Effect("Sharing groups", groups.count(), "left; its permissions on them are taken away"),
    ]
    answers: list[tuple[Any, Any]] = participant_leaving.send(sender=Participant, participant=participant)
    return [*own, *(effect for _, effects in answers for effect in effects)]


@transaction.atomic
def part(participant: Participant, *, by: Actor) -> None:
    """End what belongs to a participant that has just left. Its history stays; a part of `move_participant`."""
    SharingGroupPermission.objects.filter(group=participant.auth_group).delete()
    Buddy.objects.filter(participant=participant).delete()
    close_accounts(list(participant.members.values_list("user_id", flat=True)))
    participant_left.send(sender=Participant, participant=participant, by=by)
