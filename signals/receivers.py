"""What `signals` does when others speak: changed signals are related anew, what a leaving participant shared ends."""

from typing import Any

from django.dispatch import receiver

from lantern.lib.bell import ring
from participants.models import Participant
from participants.notices import Effect, participant_leaving, participant_left
from signals.departures import ring_for_departure
from signals.models import Upload, UploadState
from signals.notices import signals_changed
from signals.withdrawing import in_force_of


@receiver(signals_changed)
def ring_relating(**_: Any) -> None:
    ring("signals.relate")


@receiver(participant_leaving)
def tell_what_ends(participant: Participant, **_: Any) -> list[Effect]:
    on_their_way = Upload.objects.filter(participant=participant, state__in=UploadState.on_their_way())
    in_force = in_force_of(participant.pk).count()
    return [
        Effect("Contributions in force", in_force, "withdrawn; readers of their signals are told"),
        Effect(
            "Uploads on their way",
            on_their_way.count(),
            "stopped; nothing more of them is shared, and their files are deleted",
        ),
    ]


@receiver(participant_left)
def withdraw(**_: Any) -> None:
    ring_for_departure()
