"""Loaded by the workers: slices of a tenth of the size, so that there are ten times the places to be killed at."""

import os
from datetime import timedelta

from celery.signals import worker_init

SLICE_ROWS = 250


@worker_init.connect
def cut_small(**_: object) -> None:
    """The code stays what it is."""
    from signals import (  # noqa: PLC0415 -- needs Django's apps
        applying,
        checking,
        uploads,
        withdrawing,
    )

    checking.SLICE_ROWS = applying.SLICE_ROWS = SLICE_ROWS
    withdrawing.SLICE = SLICE_ROWS
    uploads.QUIET = timedelta(seconds=float(os.environ.get("CHAOS_QUIET_SECONDS", "15")))
