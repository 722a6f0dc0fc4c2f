"""What `signals` does when a participant leaves: says what that will end, and has it withdrawn."""

from typing import Any

from django.dispatch import receiver

from participants.models import Participant
from participants.notices import Effect, participant_leaving, participant_left
from signals.departures import in_force_of, ring_for_departure
from signals.models import Upload, UploadState


@receiver(participant_leaving)
def tell_what_ends(participant: Participant, **_: Any) -> list[Effect]:
    running = Upload.objects.filter(participant=participant, state__in=[*UploadState.running(), UploadState.READY])
    return [
        Effect("Contributions in force", in_force_of(participant), "withdrawn; readers of their signals are told"),
        Effect("Uploads on their way", running.count(), "stopped; nothing more of them is shared"),
    ]


@receiver(participant_left)
def withdraw(**_: Any) -> None:
    ring_for_departure()
