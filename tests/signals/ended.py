"""What tests of endings look at and plant."""

from datetime import timedelta

from django.utils import timezone

from participants.models import Member
from signals.models import Contribution, Signal
from tests.signals.files import as_file

HEADER = ["kind", "value", "harm_types", "note"]


class Killed(BaseException):
    """The worker's process ends here."""


def own_word(by: Member, signal: Signal) -> Contribution:
    """What the member's company says about the signal now."""
    return Contribution.objects.in_force().get(signal=signal, participant=by.participant)


def as_it_is(signal: Signal) -> Signal:
    """The signal as the database has it."""
    return Signal.objects.get(pk=signal.pk)


def make_overdue(*signals: Signal) -> None:
    """Everything that is said about the signals ran out yesterday."""
    past = timezone.now() - timedelta(days=1)
    Contribution.objects.filter(signal__in=signals).update(expires_at=past)


def file_of(number: int) -> bytes:
    """A file of so many addresses, each with a note."""
    return as_file(HEADER, *(["email", f"row{each}@example.com", "grooming", "n"] for each in range(number)))
