"""Agreements: adding a signed version, and reading its file."""

from datetime import date

from django.db import transaction
from django.db.models import Max

from audit.events import Event
from audit.record import Actor, record
from participants.models import Agreement, Participant


@transaction.atomic
def add_agreement(
    participant: Participant,
    content: bytes,
    *,
    title: str,
    signatory: str,
    signatory_role: str,
    signed_on: date,
    by: Actor,
    valid_until: date | None = None,
) -> Agreement:
    """The next version of what `participant` signed, with the signed file. Earlier versions stay as they are."""
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    latest = Agreement.objects.filter(participant=participant).aggregate(latest=Max("version"))["latest"] or 0
    agreement = Agreement(
        participant=participant,
        version=latest + 1,
        title=title,
        signatory=signatory,
        signatory_role=signatory_role,
        signed_on=signed_on,
        valid_until=valid_until,
        added_by_id=by.user_id,
    )
    agreement.seal_content(content)
    agreement.save(force_insert=True)
    record(Event.AGREEMENT_ADDED, agreement, by=by, version=agreement.version, participant=participant.slug)
    return agreement


@transaction.atomic
def read_agreement(agreement: Agreement, *, by: Actor) -> bytes:
    """The signed file; that it was taken out is recorded."""
    record(Event.AGREEMENT_READ, agreement, by=by, version=agreement.version)
    return agreement.opened_content()
