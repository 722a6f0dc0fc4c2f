"""The workers: `celery -A lantern worker` and `celery -A lantern beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern.settings")
app = Celery("lantern")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_to_start(**_: Any) -> None:
    """A worker without its keys would take work that it cannot do."""
    from lantern.starting import refuse_bad_keys  # noqa: PLC0415 -- settings come first

    refuse_bad_keys()
