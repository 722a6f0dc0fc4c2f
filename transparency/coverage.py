"""For staff: who has reported for a year, and how what each participant shared held up. Never published."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from lantern.lib.tenancy import acting_as_system
from participants.models import Participant
from transparency.answers import answers_in
from transparency.figures.accountability import ERRORS
from transparency.models import CoverageReminder, ReportedFigure
from transparency.periods import Period
from transparency.rollups import facts_of


@dataclass(frozen=True)
class Coverage:
    """What a participant has told of a year: recorded in the portal, or reported from outside it."""

    participant: Participant
    shared: int
    decided: int
    has_reported: bool
    asked_at: datetime | None

    @property
    def is_missing(self) -> bool:
        """Whether nothing is known of it yet."""
        return not (self.shared or self.decided or self.has_reported)


@dataclass(frozen=True)
class Quality:
    """How a participant's contributions held up with others, for a conversation with it."""

    participant: Participant
    shared: int
    helped: int
    wrong: int
    taken_back: int

    @property
    def held_up(self) -> str:
        """The part of the answers that says it helped, in words."""
        answers = self.helped + self.wrong
        return f"{self.helped:,} of {answers:,}" if answers else "no answers yet"


def coverage_of(period: Period) -> list[Coverage]:
    """Everybody who took part in the period, those of whom nothing is known first."""
    with acting_as_system():
        facts = facts_of(period)
        reported = set(ReportedFigure.objects.filter(year=period.first.year).values_list("participant_id", flat=True))
        asked = CoverageReminder.objects.filter(year=period.first.year).values_list("participant").annotate(Max("at"))
        asked_at = dict(asked)
        shared, decided = facts.total("words"), facts.total("decided")
        companies = Participant.objects.filter(pk__in=facts.standing.in_period)
        rows = [
            Coverage(each, shared[each.pk], decided[each.pk], each.pk in reported, asked_at.get(each.pk))
            for each in companies
        ]
    return sorted(rows, key=lambda row: (not row.is_missing, row.participant.name))


def quality_of(period: Period) -> list[Quality]:
    """Everybody who shared in the period."""
    with acting_as_system():
        facts = facts_of(period)
        shared = {key: number for key, number in facts.total("words").items() if key is not None}
        answers = answers_in(period, to=shared)
        return [
            Quality(
                each,
                shared[each.pk],
                answers[each.pk]["helped"],
                answers[each.pk]["wrong"],
                sum(facts.number("withdrawn", reason, each.pk) for reason in ERRORS),
            )
            for each in Participant.objects.filter(pk__in=list(shared))
        ]
