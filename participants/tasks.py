"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from participants import keeping


@shared_task(name="participants.keep_programme")
def keep_programme() -> None:
    keeping.keep_programme()
