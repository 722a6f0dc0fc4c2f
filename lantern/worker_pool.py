"""The worker's processes."""

from typing import Any

from celery.concurrency import prefork


class TaskPool(prefork.TaskPool):
    """Celery's own, but for a child that is killed before the worker has begun: it is replaced, as at any later time.

    Celery would end the whole worker (celery/worker/loops.py, "Could not start worker processes").
    """

    _pool: Any

    def did_start_ok(self) -> bool:
        """Whether a child lives. Where none could start, the worker ends."""
        return any(child.exitcode is None for child in self._pool._pool)
