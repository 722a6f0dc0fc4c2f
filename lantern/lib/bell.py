"""Ringing a worker. PostgreSQL owns every job; a lost ring costs time, never work, because the sweepers ring again."""

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(task_name: str, **ids: Any) -> None:
    """Send the task after the transaction has been committed. `ids` are keys of rows, never values."""
    transaction.on_commit(partial(_send, task_name, ids))


def _send(task_name: str, ids: dict[str, Any]) -> None:
    try:
        current_app.send_task(task_name, kwargs=ids, retry=False)
    except (OperationalError, ConnectionError) as error:
        log.warning("%s was not rung (%s); the sweeper will", task_name, type(error).__name__)
