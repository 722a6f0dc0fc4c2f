"""Vetting: staff accept or question each answer of an application."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.record import Actor, record
from participants.models import Application, Participant, VettingAnswer
from participants.questions import VETTING, Question


@dataclass(frozen=True)
class Vetted:
    """A question of the vetting, what the applicant says, and what staff found."""

    question: Question
    answer: str
    verdict: VettingAnswer | None


@transaction.atomic
def vet(participant: Participant, question: str, *, accepted: bool, by: Actor, note: str = "") -> VettingAnswer:
    """Keep what staff found on one question of the vetting. The database refuses a question that is not one."""
    facts = {"accepted": accepted, "note": note, "by_id": by.user_id, "at": timezone.now()}
    verdict, _ = VettingAnswer.objects.update_or_create(participant=participant, question=question, defaults=facts)
    record(Event.PARTICIPANT_VETTED, participant, by=by, question=question, accepted=accepted)
    return verdict


def vetting_of(participant: Participant) -> list[Vetted]:
    """Each question, in its order. A participant that staff added by hand has no answers."""
    application = Application.objects.filter(participant=participant).first()
    answers = application.opened_answers if application else {}
    verdicts = {verdict.question: verdict for verdict in participant.vetting.select_related("by")}
    return [
        Vetted(question, question.told(answers.get(question.name)), verdicts.get(question.name)) for question in VETTING
    ]
