"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from reviews import routing


@shared_task(name="reviews.route")
def route() -> None:
    routing.route()
