"""Alarm clocks: an id in, one call, safe to run twice."""

from uuid import UUID

from celery import shared_task

from signals import departures, expiring, relating, sweeping, uploads, withdrawing


@shared_task(name="signals.work_on_upload")
def work_on_upload(upload_id: str) -> None:
    uploads.work_on(UUID(upload_id))


@shared_task(name="signals.sweep_uploads")
def sweep_uploads() -> None:
    uploads.sweep()


@shared_task(name="signals.carry_on_withdrawal")
def carry_on_withdrawal(withdrawal_id: str) -> None:
    withdrawing.carry_on(UUID(withdrawal_id))


@shared_task(name="signals.expire")
def expire() -> None:
    expiring.expire()


@shared_task(name="signals.relate")
def relate() -> None:
    relating.relate()


@shared_task(name="signals.sweep_endings")
def sweep_endings() -> None:
    sweeping.sweep_endings()


@shared_task(name="signals.withdraw_departed")
def withdraw_departed() -> None:
    departures.withdraw_departed()
