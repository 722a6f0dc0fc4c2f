"""Agreements: adding a signed version, and reading its file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

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
    """The next version of what `participant` signed, with the signed file. Earlier versions stay as they are.

    What is the latest one word for word, and byte for byte, is no other: that one is returned.
    """
    facts: dict[str, Any] = {"title": title, "signatory": signatory, "signatory_role": signatory_role}
    facts |= {"signed_on": signed_on, "valid_until": valid_until}
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    latest = Agreement.objects.filter(participant=participant).order_by("version").last()
    if latest is not None and _is_same(latest, content, facts):
        return latest
    version = latest.version + 1 if latest else 1
    agreement = Agreement(participant=participant, version=version, added_by_id=by.user_id, **facts)
    agreement.seal_content(content)
    agreement.save(force_insert=True)
    record(Event.AGREEMENT_ADDED, agreement, by=by, version=agreement.version, participant=participant.slug)
    return agreement


@transaction.atomic
def read_agreement(agreement: Agreement, *, by: Actor) -> bytes:
    """The signed file; that it was taken out is recorded."""
    record(Event.AGREEMENT_READ, agreement, by=by, version=agreement.version)
    return agreement.opened_content()


def _is_same(kept: Agreement, content: bytes, facts: Mapping[str, object]) -> bool:
    told = all(getattr(kept, name) == fact for name, fact in facts.items())
    return told and kept.size_bytes == len(content) and kept.opened_content() == content
