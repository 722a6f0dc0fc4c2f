"""Applying: a draft behind a secret link, kept until it is submitted.

Visitors have no tenant, so these functions act as the portal itself, each on the one draft it was given.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.letters import Topic
from accounts.post import write_letter
from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from participants.models import Application, Participant
from participants.models.application import link_fingerprint
from participants.services import NameTaken, add_participant

SECRET_BYTES = 32
Given = Mapping[str, str | int | bool | None]


class AlreadySubmitted(Exception):
    """The application was submitted; it is changed by the coalition's questions, not by its draft."""


def start_application(answers: Given) -> tuple[Application, str]:
    """A new draft and the secret of its link, which is written to the contact and kept nowhere."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with acting_as_system():
        application = Application(link=link_fingerprint(secret))
        application.seal_answers(answers)
        application.save(force_insert=True)
        link = reverse("programme:link", args=[secret])
        context = {"link": link, "days": settings.APPLICATION_DRAFT_DAYS}
        write_letter("application_link", topic=Topic.SECURITY, address=str(answers["contact_email"]), context=context)
        record(Event.APPLICATION_STARTED, application, by=PORTAL)
    return application, secret


def find_draft(secret: str) -> UUID | None:
    """The id of the application behind a link, or None."""
    with acting_as_system():
        return Application.objects.filter(link=link_fingerprint(secret)).values_list("pk", flat=True).first()


def read_application(application_id: UUID) -> Application | None:
    """The application with that id, which the visitor's session has from its link; None once it was cleared away."""
    with acting_as_system():
        return Application.objects.filter(pk=application_id).select_related("participant").first()


def save_draft(application: Application, answers: Given) -> None:
    """Keep the answers so far. Raises `AlreadySubmitted`."""
    with acting_as_system():
        draft = _draft(application)
        draft.seal_answers(answers)
        draft.saved_at = timezone.now()
        draft.save(update_fields=["answers", "saved_at"])
        record(Event.APPLICATION_SAVED, draft, by=PORTAL)


def submit_application(application: Application, answers: Given, *, slug: str = "") -> Participant:
    """Hand the application in: it makes a participant that has applied. Raises `AlreadySubmitted`.

    Its slug is made from the company's name unless one is given.
    """
    with acting_as_system():
        draft = _draft(application)
        draft.seal_answers(answers)
        draft.participant = _add_applicant(answers, slug)
        draft.saved_at = draft.submitted_at = timezone.now()
        draft.save(update_fields=["answers", "participant", "saved_at", "submitted_at"])
        address, context = str(answers["contact_email"]), {"company": draft.participant.name}
        write_letter("application_received", topic=Topic.SECURITY, address=address, context=context)
        record(Event.APPLICATION_SUBMITTED, draft, by=PORTAL)
        return draft.participant


@transaction.atomic
def clear_old_drafts() -> int:
    """Remove drafts that nobody touched for `APPLICATION_DRAFT_DAYS`; how many."""
    limit = timezone.now() - timedelta(days=settings.APPLICATION_DRAFT_DAYS)
    with acting_as_system():
        removed, _ = Application.objects.filter(submitted_at=None, saved_at__lt=limit).delete()
        if removed:
            record(Event.APPLICATIONS_CLEARED, Application, by=PORTAL, drafts=removed)
    return removed


def _draft(application: Application) -> Application:
    draft = Application.objects.select_for_update().get(pk=application.pk)
    if draft.submitted_at:
        raise AlreadySubmitted
    return draft


def _add_applicant(answers: Given, slug: str) -> Participant:
    """The participant, under names that are free: of two who want the same ones at once, the second gets the next."""
    sector, receive_only = str(answers["sector"])[:50], bool(answers["receive_only"])
    for name, free in _free_names(str(answers["company"])):
        with suppress(NameTaken):
            return add_participant(slug or free, name=name, sector=sector, receive_only=receive_only, by=PORTAL)
    raise AssertionError("a thousand companies of one name")


def _free_names(company: str) -> Iterator[tuple[str, str]]:
    """Names and slugs that no participant has: whoever applies does not learn who else did."""
    stem = slugify(company)[:40] or "applicant"
    for number in range(1, 1_000):
        name, slug = (company[:90], stem) if number == 1 else (f"{company[:90]} ({number})", f"{stem}-{number}")
        if not Participant.objects.filter(name=name).exists() and not Participant.objects.filter(slug=slug).exists():
            yield name, slug
