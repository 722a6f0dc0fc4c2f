"""The workers: `celery -A lantern worker` and `celery -A lantern beat`."""

import logging
import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish, celeryd_init, task_postrun, task_prerun, worker_init

from lantern.giving_way import give_way
from lantern.lib import request_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern.settings")
app = Celery("lantern")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_bad_start(**_: Any) -> None:
    """A worker without its keys would take work that it cannot do.

    Celery only logs what a handler raises, and goes on; it cannot go on from `SystemExit`.
    """
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 -- settings come first

    from lantern.starting import refuse_to_start  # noqa: PLC0415 -- as above

    try:
        refuse_to_start()
    except ImproperlyConfigured as fault:
        sys.exit(f"Lantern does not start: {fault}")


@worker_init.connect
def leave_the_processor_to_people(**_: Any) -> None:
    """Its children are born with it."""
    from django.conf import settings  # noqa: PLC0415 -- settings come first

    give_way(settings.WORKER_NICENESS)


@before_task_publish.connect
def hand_on_request_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """A task that a request rings bears the request's name."""
    if headers is not None and (name := request_ids.current_request_id()):
        headers[request_ids.TASK_HEADER] = name


@task_prerun.connect
def begin_task(task: Any = None, **_: Any) -> None:
    """What the task logs bears the name it was handed, or one of its own."""
    request_ids.begin(task.request.get(request_ids.TASK_HEADER))


@task_postrun.connect
def end_task(task: Any = None, task_id: str = "", state: str | None = None, **_: Any) -> None:
    """One line for a task that somebody set going; the sweepers' own rings, every few seconds, are for debugging."""
    facts = {"task": task.name, "task_id": task_id, "outcome": (state or "").lower()}
    level = logging.INFO if task.request.get(request_ids.TASK_HEADER) else logging.DEBUG
    logging.getLogger("lantern.tasks").log(level, "%(task)s %(outcome)s", facts, extra=facts)
    request_ids.end()
