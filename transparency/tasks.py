"""Alarm clocks of the report."""

from celery import shared_task

from transparency.rollups import close_months


@shared_task(name="transparency.close_months")
def keep_closed_months() -> None:
    """Keep the facts of the months that are over."""
    close_months()
