"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from lantern.lib.tenancy import acting_as_system
from transparency import drafting


@shared_task(name="transparency.draft_last_year")
def draft_last_year() -> None:
    with acting_as_system():
        drafting.draft_due()


@shared_task(name="transparency.report_last_month")
def report_last_month() -> None:
    with acting_as_system():
        drafting.month_due()
