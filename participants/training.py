"""Who has learned what: the training that everything with signals in it asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from audit.events import Event
from audit.record import record
from participants.models import Member, Participant, TrainingRecord
from participants.models.training import in_date
from participants.training_modules import MODULES, Module


class NotPassed(Exception):
    """At least one answer is wrong or missing; nothing was recorded. `wrong` names the questions."""

    def __init__(self, wrong: Collection[str]) -> None:
        super().__init__("not every answer is right")
        self.wrong = frozenset(wrong)


@dataclass(frozen=True)
class Standing:
    """How a member stands with one module: `valid_until` is None where it was never passed in its present version."""

    module: Module
    valid_until: datetime | None

    @property
    def is_due(self) -> bool:
        """Whether it must be passed before signals are shown."""
        return self.valid_until is None or self.valid_until <= timezone.now()

    @property
    def ends_soon(self) -> bool:
        """In date, and near enough to its end to be refreshed."""
        soon = timezone.now() + timedelta(days=settings.TRAINING_REMIND_DAYS)
        return self.valid_until is not None and timezone.now() < self.valid_until <= soon


def trained_members(participant: Participant) -> QuerySet[Member]:
    """The members of `participant` who are active and trained, whatever its state."""
    passed = Count("training_records__module", filter=in_date("training_records__"), distinct=True)
    active = Member.objects.filter(participant=participant, is_active=True, user__is_active=True)
    return active.annotate(passed=passed).filter(passed=len(MODULES))


def standings(members: Collection[Member]) -> dict[int, list[Standing]]:
    """How each of `members` stands with every module, by the member's key, in the order of the modules; one query."""
    ends: dict[tuple[int, str], datetime] = {}
    passed = TrainingRecord.objects.filter(in_date(), member__in=members)
    for member_id, module, until in passed.values_list("member_id", "module", "valid_until"):
        ends[member_id, module] = max(until, ends.get((member_id, module), until))
    return {
        member.pk: [Standing(module, ends.get((member.pk, module.slug))) for module in MODULES.values()]
        for member in members
    }


def due_modules(member: Member) -> list[Module]:
    """The modules `member` must pass before signals are shown to it."""
    return [standing.module for standing in standings([member])[member.pk] if standing.is_due]


@transaction.atomic
def pass_module(module: Module, *, answers: Mapping[str, str], by: Member) -> TrainingRecord:
    """Record that a member answered every question of `module` rightly; valid for a year. Raises `NotPassed`.

    Where it is in date and does not end soon nothing is done, and the record is the one there is: of several requests
    at once, one passes it.
    """
    wrong = [question.name for question in module.questions if answers.get(question.name) != question.right.name]
    if wrong:
        raise NotPassed(wrong)
    Member.objects.select_for_update(no_key=True).get(pk=by.pk)
    kept = TrainingRecord.objects.filter(in_date(), member=by, module=module.slug).order_by("valid_until").last()
    if kept is not None and not Standing(module, kept.valid_until).ends_soon:
        return kept
    passed = TrainingRecord.objects.create(
        participant_id=by.participant_id, member=by, module=module.slug, version=module.version
    )
    record(Event.MEMBER_TRAINED, by, by=by, module=module.slug, version=module.version)
    return passed
