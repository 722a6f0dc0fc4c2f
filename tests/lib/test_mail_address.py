"""Addresses that letters go to: what a form takes can be sent to."""

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.forms import EmailField
from django.test import Client

from accounts.models import Letter
from lantern.lib.mail_address import MailAddressField
from participants.models import Application, Invitation, Participant, Role
from tests.world import add_company, add_team_member, signed_in

UNWRITABLE = "a@ı" + "a" * 60 + ".com"
REFUSED = "No letter can be sent to this address."


@pytest.mark.parametrize("address", [UNWRITABLE, "a@\u06dd.com", "a@א1a.com", "ı@example.com"])
def test_an_address_that_no_letter_can_be_sent_to_is_refused(address: str) -> None:
    assert EmailField().clean(address) == address
    with pytest.raises(ValidationError, match=REFUSED):
        MailAddressField().clean(address)


@pytest.mark.parametrize(
    "address", ["noor@fernlight.example", "a@é.example", "a@ß.example", "a@[192.0.2.1]", '"a,b"@x.de']
)
def test_an_address_that_is_taken_can_be_sent_to(address: str) -> None:
    assert MailAddressField().clean(address) == address
    assert EmailMultiAlternatives("Subject", "Text", to=[address]).message().as_bytes()


def test_what_has_not_the_form_of_an_address_is_told_so_once() -> None:
    with pytest.raises(ValidationError) as refusal:
        MailAddressField().clean("noor@..")
    assert refusal.value.messages == ["Enter a valid email address."]
    assert MailAddressField(required=False).clean("") == ""


@pytest.mark.django_db
def test_every_form_that_asks_where_to_write_refuses_it(
    northwind: Participant, as_alice: Client, as_sam: Client
) -> None:
    company, as_adam = add_company("harbour"), signed_in(add_team_member(northwind, "adam", Role.ADMIN).user)
    for browser, page, typed in (
        (Client(), "/participants/apply/", {"contact_name": "Noor", "contact_email": UNWRITABLE}),
        (as_adam, "/participant/invitations/new/", {"address": UNWRITABLE, "role": "analyst"}),
        (as_alice, "/accounts/email/", {"email": UNWRITABLE}),
        (as_sam, "/admin/participants/invitation/add/", {"participant": company.pk, "address": UNWRITABLE}),
    ):
        answer = browser.post(page, typed)
        assert answer.status_code in (200, 422), page
        assert REFUSED in answer.content.decode(), page
    assert [model.objects.count() for model in (Letter, Application, Invitation)] == [0, 0, 0]
