"""When a decision can be relied on: once the time to undo it is over, and a little more for an undo under way."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

MARGIN = timedelta(seconds=5)

COUNTS = "NOT EXISTS (SELECT 1 FROM reviews_undonedecision u WHERE u.decision_id = {}.id)"
"""In SQL, of a row of decisions by its name there: it was not undone. One that was never counted."""


def final_at() -> datetime:
    """From when on a decision made now cannot be undone any more."""
    moment: datetime = timezone.now() + settings.UNDO_WINDOW + MARGIN
    return moment
