"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from reviews import keeping, routing


@shared_task(name="reviews.route")
def route() -> None:
    routing.route()


@shared_task(name="reviews.keep_queue")
def keep_queue() -> None:
    keeping.keep_queue()
