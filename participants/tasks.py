"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from participants import keeping, training_letters


@shared_task(name="participants.keep_programme")
def keep_programme() -> None:
    keeping.keep_programme()


@shared_task(name="participants.remind_of_training")
def remind_of_training() -> None:
    training_letters.remind_of_training()
