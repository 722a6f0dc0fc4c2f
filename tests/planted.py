"""Active companies and enrolled people as tests begin with them, written straight into their tables.

By the services, whose many checks and events have tests of their own, making them would be most of the suite's time.
`tests/participants/test_planted.py` holds what both ways leave against each other. No event tells of what is planted.
"""

from functools import cache
from itertools import pairwise
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.models import Authenticator, User
from audit.record import PORTAL
from participants.models import (
    Agreement,
    Member,
    Participant,
    ParticipantState,
    Role,
    SharingGroupPermission,
    StateChange,
    TrainingRecord,
    VettingAnswer,
)
from participants.questions import VETTING
from participants.services import CONTRIBUTE, VIEW, default_group
from participants.training_modules import MODULES

PASSWORD = "a long sentence nobody says"
WAY = (
    ParticipantState.APPLIED,
    ParticipantState.UNDER_REVIEW,
    ParticipantState.AGREEMENT_OUT,
    ParticipantState.TRAINING,
    ParticipantState.ACTIVE,
)
SIGNED: dict[str, Any] = {"title": "Participation agreement", "signatory": "Ida Moor", "signatory_role": "Director"}


def plant_company(slug: str, **facts: Any) -> Participant:
    """An active participant in the group of all, with the two people that this takes, Ida and Finn."""
    now = timezone.now()
    company = Participant(slug=slug, name=slug.title(), **{"services": [], **facts})
    company.auth_group = Group.objects.create(name=f"participant:{slug}")
    company.save(force_insert=True)
    answers = (VettingAnswer(participant=company, question=asked.name, accepted=True, at=now) for asked in VETTING)
    VettingAnswer.objects.bulk_create(answers)
    agreement = Agreement(participant=company, version=1, signed_on=now.date(), **SIGNED)
    agreement.seal_content(b"%PDF-1.7 signed")
    agreement.save(force_insert=True)
    plant_member(company, "ida", Role.ADMIN)
    plant_member(company, "finn", Role.ANALYST)
    _activate(company)
    permissions = [VIEW] if company.receive_only else [VIEW, CONTRIBUTE]
    group = default_group(by=PORTAL)
    SharingGroupPermission.objects.bulk_create(
        SharingGroupPermission(group=company.auth_group, content_object=group, permission_id=_permission(name))
        for name in permissions
    )
    return company


def plant_member(
    company: Participant, name: str, role: Role, *, password: str | None = None, trained: bool = True
) -> Member:
    """An enrolled member, trained unless told otherwise."""
    person = User(email=f"{name}@{company.slug}.example", name=name.title())
    person.set_password(password)
    person.save(force_insert=True)
    Authenticator.enroll(person)
    member = Member(participant=company, user=person, role=role)
    member.save(force_insert=True)
    if trained:
        TrainingRecord.objects.bulk_create(
            TrainingRecord(participant=company, member=member, module=module.slug, version=module.version)
            for module in MODULES.values()
        )
    return member


def _activate(company: Participant) -> None:
    """Step by step: the database lets no participant skip one."""
    company.active_since = timezone.now().date()
    for company.state in WAY[1:]:
        Participant.objects.filter(pk=company.pk).update(state=company.state, active_since=company.active_since)
    StateChange.objects.bulk_create(
        StateChange(participant=company, before=before, after=after) for before, after in pairwise(WAY)
    )


@cache
def _permission(name: str) -> int:
    return Permission.objects.get(codename=name, content_type__app_label="participants").pk
