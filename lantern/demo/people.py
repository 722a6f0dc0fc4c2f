"""The participants and people of the demo world."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError

from accounts.models import CoalitionRole, User
from accounts.services import add_person, enroll_authenticator
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, ParticipantState, Role
from participants.services import add_member, add_participant, move_participant
from participants.training import pass_module
from participants.training_modules import MODULES

# Known to everybody who reads this, and therefore refused outside a demo installation.
PASSWORD = "lantern-demo-only-2026"  # noqa: S105
ACTIVE_SINCE = date(2024, 11, 4)


@dataclass(frozen=True)
class Company:
    """A participant of the demo world; `services` are its services' names in signals."""

    slug: str
    name: str
    sector: str
    services: tuple[str, ...] = ()
    receive_only: bool = False
    state: ParticipantState = ParticipantState.ACTIVE


COMPANIES = (
    Company("northwind", "Northwind Social", "social network", ("northwind",)),
    Company("harbor", "Harbor Chat", "messaging", ("harbor",)),
    Company("pixelforge", "Pixelforge Games", "games", ("pixelforge",)),
    Company("cloudnine", "Cloudnine Storage", "file hosting", ("cloudnine",)),
    Company("meridian", "Meridian Pay", "payments", ("meridian",), receive_only=True),
)
ELSEWHERE = (
    Company("fernlight", "Fernlight Video", "video", state=ParticipantState.APPLIED),
    Company("quillpost", "Quillpost", "blogging", state=ParticipantState.UNDER_REVIEW),
    Company("tidewater", "Tidewater Streams", "live video", state=ParticipantState.AGREEMENT_OUT),
    Company("mosaic", "Mosaic Photos", "photo sharing", state=ParticipantState.TRAINING),
    Company("brightpath", "Brightpath Messenger", "messaging", state=ParticipantState.SUSPENDED),
    Company("oldmill", "Oldmill Boards", "forum", state=ParticipantState.REJECTED),
    Company("larkspur", "Larkspur Rooms", "voice chat", state=ParticipantState.LEFT),
)
TEAM = (
    ("ana", "Ana", Role.ANALYST),
    ("ben", "Ben", Role.ANALYST),
    ("lee", "Lee", Role.LEAD),
    ("kim", "Kim", Role.ADMIN),
)
COALITION = (
    ("sam@coalition.example", "Sam", CoalitionRole.STAFF),
    ("rio@coalition.example", "Rio", CoalitionRole.STAFF),
    ("ada@coalition.example", "Ada", CoalitionRole.AUDITOR),
)


def refuse_outside_demo() -> None:
    """Raises `CommandError` unless this is a demo installation (`LANTERN_DEMO=1`)."""
    if not settings.DEMO:
        raise CommandError("This is not a demo installation; LANTERN_DEMO=1 would make it one.")


def make_people() -> bool:
    """Make participants and people, unless they are there; says whether anything was made."""
    with acting_as_system():
        if Participant.objects.filter(slug=COMPANIES[0].slug).exists():
            return False
        for email, name, role in COALITION:
            person = add_person(email, name=name, password=None, by=PORTAL, coalition_role=role)
            enroll_authenticator(person, by=PORTAL)
        for company in (*COMPANIES, *ELSEWHERE):
            _make_company(company)
        # One hash for all of them: a slow hash for each would be most of the time the demo takes to make.
        User.objects.update(password=make_password(PASSWORD))
    return True


def _make_company(company: Company) -> None:
    participant = add_participant(
        company.slug,
        name=company.name,
        sector=company.sector,
        receive_only=company.receive_only,
        services=list(company.services),
        by=PORTAL,
    )
    if company.state in (ParticipantState.ACTIVE, ParticipantState.SUSPENDED, ParticipantState.LEFT):
        move_participant(participant, to=ParticipantState.ACTIVE, by=PORTAL, active_since=ACTIVE_SINCE)
    if company.state != participant.state:
        move_participant(participant, to=company.state, by=PORTAL)
    if company in COMPANIES:
        _make_team(participant)


def _make_team(participant: Participant) -> list[User]:
    people = []
    for local, name, role in TEAM:
        person = add_person(f"{local}@{participant.slug}.example", name=name, password=None, by=PORTAL)
        enroll_authenticator(person, by=PORTAL)
        complete_training(add_member(participant, person, role=role, by=PORTAL))
        people.append(person)
    return people


def complete_training(member: Member) -> None:
    """Answer the questions of every module as somebody who has read it does."""
    for module in MODULES.values():
        right = {question.name: question.right.name for question in module.questions}
        pass_module(module, answers=right, by=member)
