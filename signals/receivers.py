"""What `signals` does when its own signals change: their relations are made anew."""

from typing import Any

from django.dispatch import receiver

from lantern.lib.bell import ring
from signals.notices import signals_changed


@receiver(signals_changed)
def ring_relating(**_: Any) -> None:
    ring("signals.relate")
