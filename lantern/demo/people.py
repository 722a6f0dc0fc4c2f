"""The participants and people of the demo world."""

from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError

from accounts.models import CoalitionRole, User
from accounts.services import add_person, enroll_authenticator
from audit.record import PORTAL
from lantern.demo.programme import REASONS, Company, apply_for, make_check_ins, sign_agreement, way_to
from lantern.lib.tenancy import acting_as_system
from participants.models import Industry, Member, Participant, ParticipantState, Role
from participants.questions import VETTING
from participants.services import add_member, move_participant
from participants.training import pass_module
from participants.training_modules import MODULES
from participants.vetting import vet

# Known to everybody who reads this, and therefore refused outside a demo installation.
PASSWORD = "lantern-demo-only-2026"  # noqa: S105
ACTIVE_SINCE = date(2024, 11, 4)


COMPANIES = (
    Company("northwind", "Northwind Social", "social network", ("northwind",)),
    Company("harbor", "Harbor Chat", "messaging", ("harbor",), industry=Industry.MESSAGING),
    Company("pixelforge", "Pixelforge Games", "games", ("pixelforge",), industry=Industry.GAMES),
    Company("cloudnine", "Cloudnine Storage", "file hosting", ("cloudnine",), industry=Industry.STORAGE),
    Company("meridian", "Meridian Pay", "payments", ("meridian",), receive_only=True, industry=Industry.PAYMENTS),
)
ELSEWHERE = (
    Company("fernlight", "Fernlight Video", "video", state=ParticipantState.APPLIED),
    Company("quillpost", "Quillpost", "blogging", state=ParticipantState.UNDER_REVIEW),
    Company("tidewater", "Tidewater Streams", "live video", state=ParticipantState.AGREEMENT_OUT),
    Company("mosaic", "Mosaic Photos", "photo sharing", state=ParticipantState.TRAINING),
    Company("stillwater", "Stillwater Forums", "forum", ("stillwater",), state=ParticipantState.READ_ONLY),
    Company(
        "brightpath", "Brightpath Messenger", "messaging", state=ParticipantState.SUSPENDED, industry=Industry.MESSAGING
    ),
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
        staff = User.objects.get(email=COALITION[0][0])
        for company in (*COMPANIES, *ELSEWHERE):
            make_company(company, staff)
        # One hash for all of them: a slow hash for each would be most of the time the demo takes to make.
        User.objects.update(password=make_password(PASSWORD))
    return True


def make_company(company: Company, staff: User) -> None:
    """One participant with its team, brought to its state."""
    participant = apply_for(company)
    for step in way_to(company.state):
        if step == ParticipantState.AGREEMENT_OUT:
            for question in VETTING:
                vet(participant, question.name, accepted=True, by=staff)
        if step == ParticipantState.TRAINING:
            sign_agreement(participant, staff)
        if step == ParticipantState.ACTIVE:
            _make_team(participant)
        move_participant(participant, to=step, by=staff, active_since=ACTIVE_SINCE)
    if participant.state != company.state:
        move_participant(participant, to=company.state, by=staff, reason=REASONS[company.state])
    if participant.is_active:
        make_check_ins(participant, staff)


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
