"""Staff invite the first admin of a company, and nobody else."""

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Invitation, Member, ParticipantState
from tests.world import add_company, bring_to

pytestmark = pytest.mark.django_db

DESK = "/admin/participants/invitation/"


def test_staff_invite_the_first_admin(as_sam: Client, sam: User) -> None:
    company = bring_to(add_company("fernlight", active=False), ParticipantState.TRAINING)
    typed = {"participant": str(company.pk), "address": "fay@fernlight.example"}
    assert as_sam.post(f"{DESK}add/", typed).status_code == 302
    sent = Invitation.objects.get()
    assert (sent.role, sent.invited_by, sent.participant) == ("admin", sam, company)
    again = as_sam.post(f"{DESK}add/", typed)
    assert "has an invitation already" in again.content.decode()
    assert as_sam.get(DESK).status_code == 200
    for action in ("renew", "withdraw"):
        assert as_sam.post(DESK, {"action": action, "_selected_action": [str(sent.pk)]}).status_code == 302
    sent.refresh_from_db()
    assert sent.state_label == "withdrawn"
    events = AuditEvent.objects.filter(target_type="participants.invitation").order_by("id")
    assert list(events.values_list("event", "actor_id")) == [
        (f"invitation.{what}", sam.pk) for what in ("sent", "renewed", "withdrawn")
    ]


def test_staff_invite_nobody_where_there_is_an_admin(as_sam: Client, adam: Member) -> None:
    typed = {"participant": str(adam.participant_id), "address": "mole@coalition.example"}
    answer = as_sam.post(f"{DESK}add/", typed)
    assert "Staff do not" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_staff_invite_nobody_into_a_company_that_does_not_take_part(as_sam: Client) -> None:
    typed = {"participant": str(add_company("quill", active=False).pk), "address": "q@quill.example"}
    assert as_sam.post(f"{DESK}add/", typed).status_code == 200
    assert not Invitation.objects.exists()
