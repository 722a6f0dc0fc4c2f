"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from accounts import post


@shared_task(name="accounts.send_letters")
def send_letters() -> None:
    post.send_due()


@shared_task(name="accounts.clear_letters")
def clear_letters() -> None:
    post.clear_old()
