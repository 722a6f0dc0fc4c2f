"""Leaving: what ends, shown before and done at once.

What lives in apps above hears of it through `participants.notices` and answers for itself.
"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.closing import close_accounts, sessions_of
from audit.record import Actor
from participants.models import Buddy, Invitation, Participant, SharingGroupPermission, SignOn, SignOnBinding
from participants.notices import Effect, participant_leaving, participant_left


def effects_of_leaving(participant: Participant) -> list[Effect]:
    """What would end if `participant` left now. Changes nothing."""
    people = list(participant.members.values_list("user_id", flat=True))
    groups = SharingGroupPermission.objects.filter(group=participant.auth_group).values("content_object").distinct()
    own = [
        Effect("Accounts of its people", len(people), "closed; nobody can sign in with them"),
        Effect("Sessions", sessions_of(people).count(), "ended at once"),
        Effect("Sign-on bindings", bindings_of(participant).count(), "ended; its OpenID provider is switched off"),
        Effect("Invitations that wait", invitations_of(participant).count(), "withdrawn; their links do nothing"),
        Effect("Sharing groups", groups.count(), "left; its permissions on them are taken away"),
    ]
    answers: Any = participant_leaving.send(sender=Participant, participant=participant)
    return [*own, *(effect for _, effects in answers for effect in effects)]


def bindings_of(participant: Participant) -> QuerySet[SignOnBinding]:
    """Who of its people is who at its OpenID provider."""
    return SignOnBinding.objects.filter(participant=participant)


def invitations_of(participant: Participant) -> QuerySet[Invitation]:
    """Those that nobody has accepted or withdrawn."""
    return Invitation.objects.filter(participant=participant).not_ended()


@transaction.atomic
def part(participant: Participant, *, by: Actor) -> None:
    """End what belongs to a participant that has just left. Its history stays; a part of `move_participant`."""
    SharingGroupPermission.objects.filter(group=participant.auth_group).delete()
    Buddy.objects.filter(participant=participant).delete()
    bindings_of(participant).delete()
    SignOn.objects.filter(participant=participant).update(is_active=False)
    invitations_of(participant).update(withdrawn_at=Now())
    close_accounts(list(participant.members.values_list("user_id", flat=True)))
    participant_left.send(sender=Participant, participant=participant, by=by)
