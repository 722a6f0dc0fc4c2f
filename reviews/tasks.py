"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from reviews import care, feedback, keeping, notifying, routing


@shared_task(name="reviews.route")
def route() -> None:
    routing.route()


@shared_task(name="reviews.keep_queue")
def keep_queue() -> None:
    keeping.keep_queue()


@shared_task(name="reviews.send_feedback")
def send_feedback() -> None:
    feedback.send_due()


@shared_task(name="reviews.write_digests")
def write_digests() -> None:
    notifying.write_digests()


@shared_task(name="reviews.clear_worked")
def clear_worked() -> None:
    care.clear_worked()
