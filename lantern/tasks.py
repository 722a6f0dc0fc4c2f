"""Alarm clocks of the portal itself: one call, safe to run twice."""

from celery import shared_task

from lantern import resealing


@shared_task(name="lantern.reseal")
def reseal() -> None:
    resealing.reseal()


@shared_task(name="lantern.sweep_resealing")
def sweep_resealing() -> None:
    resealing.sweep()
