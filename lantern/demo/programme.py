"""How the demo world's companies came into the programme: by the legal way, in order."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from audit.record import PORTAL
from participants.agreements import add_agreement
from participants.applying import start_application, submit_application
from participants.check_ins import answer, plan, sign_off
from participants.models import CheckIn, CheckInKind, Industry, Member, Participant, ParticipantState, Role
from participants.models.application import Answers
from participants.services import change_participant

SIGNED_ON = date(2024, 10, 14)
# The smallest file that a PDF reader opens as an empty page.
SIGNED_FILE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
"""
WAY = (
    ParticipantState.UNDER_REVIEW,
    ParticipantState.AGREEMENT_OUT,
    ParticipantState.TRAINING,
    ParticipantState.ACTIVE,
)
REASONS = {
    ParticipantState.REJECTED: "There is no way for a user to appeal yet. We would gladly look again once there is.",
    ParticipantState.READ_ONLY: "The last check-in said that nobody reviews at present; a new team begins next month.",
    ParticipantState.SUSPENDED: "Actions followed signals without a person's decision, until that is put right.",
    ParticipantState.LEFT: "The service was closed down.",
}


@dataclass(frozen=True)
class Company:
    """A participant of the demo world; `services` are its services' names in signals."""

    slug: str
    name: str
    sector: str
    services: tuple[str, ...] = ()
    receive_only: bool = False
    state: ParticipantState = ParticipantState.ACTIVE
    industry: Industry = Industry.SOCIAL


def way_to(state: ParticipantState) -> tuple[ParticipantState, ...]:
    """The moves that lie between having applied and `state`, or the last common one before it."""
    if state in (ParticipantState.APPLIED, ParticipantState.REJECTED):
        return WAY[:0]
    return WAY[: WAY.index(state) + 1] if state in WAY else WAY


def apply_for(company: Company) -> Participant:
    """Its application, handed in; staff then add its services' names and its sector."""
    answers = answers_of(company)
    application, _ = start_application(answers)
    participant = submit_application(application, answers, slug=company.slug)
    participant.services, participant.industry = list(company.services), company.industry
    change_participant(participant, fields={"industry", "services"}, by=PORTAL)
    return participant


def answers_of(company: Company) -> Answers:
    """What the company says about itself."""
    site = f"https://{company.slug}.example"
    return {
        "company": company.name,
        "legal_name": f"{company.name} Ltd., Ireland",
        "sector": company.sector,
        "services": f"{company.name}: {company.slug}.example",
        "people": 12,
        "receive_only": company.receive_only,
        "contact_name": "Kim",
        "contact_email": f"kim@{company.slug}.example",
        "urgent_contact": f"urgent@{company.slug}.example",
        "security_contact": f"security@{company.slug}.example",
        "standard": f"{site}/rules/children",
        "appeals": f"{site}/help/appeals",
        "human_review": "Twelve reviewers in two shifts, trained for four weeks, with regular breaks and counselling.",
        "government": f"{site}/legal/government-requests",
        "reporting": f"{site}/report, open to everybody; what we confirm goes to NCMEC or the national hotline.",
    }


def sign_agreement(participant: Participant, staff: User) -> None:
    """Its agreement, signed by an invented director."""
    add_agreement(
        participant,
        SIGNED_FILE,
        title="Participation agreement 2024",
        signatory=f"Director of {participant.name}",
        signatory_role="Director",
        signed_on=SIGNED_ON,
        by=staff,
    )


def make_check_ins(participant: Participant, staff: User) -> None:
    """One check-in answered and signed off, the next one planned, and a practice review answered."""
    admin = Member.objects.select_related("user").get(participant=participant, role=Role.ADMIN)
    for kind in CheckInKind:
        plan(participant, kind)
        check_in = CheckIn.objects.open().get(participant=participant, kind=kind)
        answer(check_in, check_in_answers(kind), by=admin)
        if kind == CheckInKind.CHECK_IN:
            sign_off(check_in, by=staff)


def check_in_answers(kind: CheckInKind) -> Answers:
    """Plain answers to what is asked."""
    numbers = {"upheld": 3, "reversed": 1, "requests": 0, "challenged": 0}
    words = {
        "reviewers": "Two analysts, a lead and an admin, as before.",
        "evidence": "Of 40 actions looked at again this quarter, each had a decision by a person with its reason.",
        "open_questions": "",
    }
    unchanged = "Nothing has changed since the last review."
    known: Answers = {**numbers, **words}
    return {question.name: known.get(question.name, unchanged) for question in kind.questions}
