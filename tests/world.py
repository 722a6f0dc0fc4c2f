"""Making what tests need: companies and people are planted (`tests.planted`), the rest comes of the services."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Authenticator, CoalitionRole, User
from accounts.services import add_person, enroll_authenticator
from audit.record import PORTAL
from lantern.demo.people import complete_training
from participants.agreements import add_agreement
from participants.models import Agreement, Member, Participant, ParticipantState, Role, SharingGroup
from participants.questions import VETTING
from participants.services import add_group, add_member, add_participant, default_group, join_group, move_participant
from participants.vetting import vet
from reviews.routing import route
from signals.intake import start_upload
from signals.models import Signal, Upload
from signals.models.signal import fingerprint_of
from signals.rows import CheckedRow, check_fields
from signals.sharing import share_signals
from signals.uploads import work_on
from tests.planted import PASSWORD as PASSWORD
from tests.planted import SIGNED, WAY, plant_company, plant_member

# One for all browsers: making one reads every static file.
_HANDLER = ClientHandler()


def add_company(slug: str, *, active: bool = True, **more: Any) -> Participant:
    """A participant, active unless told otherwise; then it has the two people that this takes, Ida and Finn."""
    return plant_company(slug, **more) if active else add_participant(slug, name=slug.title(), by=PORTAL, **more)


def ready_company(slug: str) -> Participant:
    """A company in training with everything that activation asks for."""
    company = bring_to(add_company(slug, active=False), ParticipantState.TRAINING)
    add_team_member(company, "ida", Role.ADMIN)
    add_team_member(company, "finn")
    return company


STANDS_BEHIND = {
    ParticipantState.APPLIED: 0,
    ParticipantState.REJECTED: 0,
    ParticipantState.UNDER_REVIEW: 1,
    ParticipantState.AGREEMENT_OUT: 2,
    ParticipantState.TRAINING: 3,
}


def bring_to(company: Participant, state: ParticipantState) -> Participant:
    """Bring a company that has applied to `state` by the legal way, planting what each move asks for."""
    for step in WAY[1 : 1 + STANDS_BEHIND.get(state, len(WAY))]:
        if step == ParticipantState.AGREEMENT_OUT:
            accept_everything(company)
        if step == ParticipantState.TRAINING:
            sign_agreement(company)
        if step == ParticipantState.ACTIVE:
            join_team(company, "ida", Role.ADMIN)
            join_team(company, "finn")
        move_participant(company, to=step, by=PORTAL)
    if company.state != state:
        move_participant(company, to=state, by=PORTAL, reason="a reason")
    return company


def accept_everything(company: Participant) -> None:
    """Every answer of its application is accepted."""
    for question in VETTING:
        vet(company, question.name, accepted=True, by=PORTAL)


def sign_agreement(company: Participant, content: bytes = b"%PDF-1.7 signed", **more: Any) -> Agreement:
    """A signed agreement that is in force."""
    facts = {**SIGNED, "signed_on": timezone.now().date(), **more}
    return add_agreement(company, content, by=PORTAL, **facts)


def add_team_member(
    company: Participant,
    name: str,
    role: Role = Role.ANALYST,
    *,
    with_password: bool = False,
    trained: bool = True,
) -> Member:
    """An enrolled member, trained unless told otherwise."""
    return plant_member(company, name, role, password=PASSWORD if with_password else None, trained=trained)


def join_team(
    company: Participant, name: str, role: Role = Role.ANALYST, *, password: str | None = None, trained: bool = True
) -> Member:
    """The same by the services, where it matters that the record tells of it."""
    person = add_person(f"{name}@{company.slug}.example", name=name.title(), password=password, by=PORTAL)
    enroll_authenticator(person, by=PORTAL)
    member = add_member(company, person, role=role, by=PORTAL)
    if trained:
        complete_training(member)
    return member


def add_staff(name: str, role: CoalitionRole) -> User:
    """A person of the coalition."""
    email = f"{name}@coalition.example"
    person = add_person(email, name=name.title(), password=None, by=PORTAL, coalition_role=role)
    enroll_authenticator(person, by=PORTAL)
    return person


def new_browser(*, csrf: bool = False) -> Client:
    """A browser that knows nobody yet."""
    client = Client()
    client.handler = _HANDLER
    _HANDLER.enforce_csrf_checks = csrf
    return client


def signed_in(user: User) -> Client:
    """A browser that has passed password and code (without the slow hash)."""
    client = new_browser()
    client.force_login(user, backend="accounts.people.People")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = Authenticator.objects.get(user=user).persistent_id
    session.save()
    return client


def row(**fields: str) -> CheckedRow:
    """A checked row: an e-mail address unless `fields` say otherwise."""
    named = {"kind": "email", "value": "mira@example.com", "harm_types": "grooming", **fields}
    checked = check_fields(named, now=timezone.now())
    assert isinstance(checked, CheckedRow), [fault.code for fault in checked]
    return checked


def share(by: Member, *, group: SharingGroup | None = None, **fields: str) -> Signal:
    """Share one signal and find it again."""
    group = group or default_group(by=PORTAL)
    checked = row(**fields)
    share_signals([checked], group=group, by=by)
    return Signal.objects.get(fingerprint=fingerprint_of(group.pk, checked.kind, checked.service, checked.value))


def share_and_route(by: Member, **fields: str) -> Signal:
    """Share one signal and put it into the others' queues."""
    signal = share(by, group=None, **fields)
    route()
    return signal


def long_ago(days: int = 30) -> str:
    """A moment `days` ago, as a file writes it."""
    return (timezone.now() - timedelta(days=days)).isoformat()


def add_closed_group(slug: str, *companies: Participant) -> SharingGroup:
    """A sharing group of these companies only."""
    group = add_group(slug, name=slug.title(), by=PORTAL)
    for company in companies:
        join_group(company, group, by=PORTAL)
    return group


def upload(by: Member, content: bytes, *, group: SharingGroup | None = None, share: bool = False) -> Upload:
    """A file, carried on as far as it goes without a person."""
    file = ContentFile(content, name="signals.csv")
    started = start_upload(file, group=group or default_group(by=PORTAL), by=by, share=share)
    work_on(started.pk)
    return Upload.objects.get(pk=started.pk)
