"""What participants report from outside the portal, and who is asked to."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.letters import Topic
from accounts.post import write_letter
from audit.events import Event
from audit.record import Actor, record
from participants.models import Member, Participant, Role
from transparency.models import CoverageReminder, ReportedFigure


@transaction.atomic
def report_figures(year: int, numbers: Mapping[str, int | None], *, note: str = "", by: Member) -> None:
    """Keep the participant's word on a year, by unit; None is "not collected". What it said before stays on record."""
    ReportedFigure.objects.bulk_create(
        ReportedFigure(participant_id=by.participant_id, year=year, name=name, number=number, note=note, reported_by=by)
        for name, number in numbers.items()
    )
    record(Event.FIGURES_REPORTED, ReportedFigure, by=by, year=year, units=sorted(numbers))


@transaction.atomic
def remind(participant: Participant, year: int, *, by: Actor) -> bool:
    """Ask the admins of a participant to report for a year; False where that was done today already."""
    day = timezone.now().date()
    try:
        with transaction.atomic():
            CoverageReminder.objects.create(participant=participant, year=year, day=day)
    except IntegrityError:
        return False
    admins = participant.members.filter(role=Role.ADMIN, is_active=True, user__is_active=True).select_related("user")
    context = {"participant": participant, "year": year}
    for admin in admins:
        write_letter("figures_asked", topic=Topic.PROGRAMME, to=admin.user, context=context)
    record(Event.FIGURES_ASKED, participant, by=by, year=year)
    return True
