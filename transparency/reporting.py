"""What participants report from outside the portal, and who is asked to."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.letters import Topic
from accounts.post import write_letter
from audit.events import Event
from audit.record import Actor, record
from participants.models import Member, Participant, Role
from participants.policies import Action, can
from transparency.coverage import coverage_of
from transparency.models import CoverageReminder, ReportedFigure
from transparency.periods import Period


@transaction.atomic
def report_figures(year: int, numbers: Mapping[str, int | None], *, note: str = "", by: Member) -> None:
    """Keep the participant's word on a year, by unit; None is "not collected". What it said before stays on record."""
    ReportedFigure.objects.bulk_create(
        ReportedFigure(participant_id=by.participant_id, year=year, name=name, number=number, note=note, reported_by=by)
        for name, number in numbers.items()
    )
    record(Event.FIGURES_REPORTED, ReportedFigure, by=by, year=year, units=sorted(numbers))


class NothingMissing(Exception):
    """Something of the participant's year is known already, or it took no part in it."""


class NobodyToAsk(Exception):
    """No admin of the participant can be written to: none may open its report, or none takes letters on it."""


@transaction.atomic
def remind(participant: Participant, year: int, *, by: Actor) -> int:
    """Ask the admins of a participant to report for a year; how many letters, 0 where that was done today already.

    Raises `NothingMissing`, and `NobodyToAsk`.
    """
    if not any(row.participant == participant and row.is_missing for row in coverage_of(Period.year(year))):
        raise NothingMissing
    day = timezone.now().date()
    try:
        with transaction.atomic():
            CoverageReminder.objects.create(participant=participant, year=year, day=day)
    except IntegrityError:
        return 0
    letters = _write_to_admins(participant, year)
    if not letters:
        raise NobodyToAsk
    record(Event.FIGURES_ASKED, participant, by=by, year=year)
    return letters


def _write_to_admins(participant: Participant, year: int) -> int:
    """A letter to each admin who may open what it links to; how many were written."""
    admins = participant.members.filter(role=Role.ADMIN).select_related("user", "participant")
    context = {"participant": participant, "year": year}
    asked = [admin.user for admin in admins if can(admin, Action.REPORT_IMPACT)]
    letters = [write_letter("figures_asked", topic=Topic.PROGRAMME, to=user, context=context) for user in asked]
    return len([letter for letter in letters if letter])
