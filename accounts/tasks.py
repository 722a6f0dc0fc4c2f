"""Alarm clocks: one call, safe to run twice."""

from celery import shared_task

from accounts import post, resets
from accounts.session_store import SessionStore


@shared_task(name="accounts.send_letters")
def send_letters() -> None:
    post.send_due()


@shared_task(name="accounts.clear_letters")
def clear_letters() -> None:
    post.clear_old()


@shared_task(name="accounts.answer_resets")
def answer_resets() -> None:
    resets.answer_resets()


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    SessionStore.clear_expired()
