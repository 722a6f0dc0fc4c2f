"""Alarm clocks of the report: one call, safe to run twice."""

from celery import shared_task

from lantern.lib.tenancy import acting_as_system
from transparency import drafting
from transparency.rollups import close_months
from transparency.running import keep_running


@shared_task(name="transparency.close_months")
def keep_closed_months() -> None:
    """Keep the facts of the months that are over."""
    close_months()


@shared_task(name="transparency.keep_running")
def keep_running_figures() -> None:
    """Count the years that have no edition, for the public pages."""
    keep_running()


@shared_task(name="transparency.draft_last_year")
def draft_last_year() -> None:
    with acting_as_system():
        drafting.draft_due()


@shared_task(name="transparency.report_last_month")
def report_last_month() -> None:
    with acting_as_system():
        drafting.month_due()
