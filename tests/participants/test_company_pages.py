"""What a participant's people see of it, and what its admin may change."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from participants.models import Member, Participant, ParticipantState, Role
from tests.world import add_closed_group, add_company, add_team_member, signed_in

pytestmark = pytest.mark.django_db

SETTINGS = "/participant/settings/"


@pytest.fixture
def adam(northwind: Participant) -> Member:
    """Northwind's admin."""
    return add_team_member(northwind, "adam", Role.ADMIN)


@pytest.fixture
def as_adam(adam: Member) -> Client:
    """Adam's browser."""
    return signed_in(adam.user)


def test_an_admin_changes_name_and_services(as_adam: Client, adam: Member) -> None:
    answer = as_adam.post(SETTINGS, {"name": "Northwind Social", "services": " Northwind , nw,northwind,"})
    assert answer.status_code == 302
    company = Participant.objects.get(pk=adam.participant_id)
    assert (company.name, company.services) == ("Northwind Social", ["northwind", "nw"])
    event = AuditEvent.objects.order_by("-id")[0]
    assert (event.event, event.actor_id, event.details) == (
        "participant.changed",
        adam.user_id,
        {"fields": ["name", "services"]},
    )


def test_nothing_else_about_a_company_is_its_admin_s(as_adam: Client, adam: Member) -> None:
    before = Participant.objects.filter(pk=adam.participant_id).values().get()
    typed = {"name": before["name"], "services": "northwind", "receive_only": "on", "state": "left", "slug": "other"}
    answer = as_adam.post(SETTINGS, typed, follow=True)
    assert "nothing was changed" in answer.content.decode()
    assert Participant.objects.filter(pk=adam.participant_id).values().get() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "harbor"}, "bears this name"),
        ({"services": "harbor"}, "named by another company"),
        ({"services": ",".join(f"s{number}" for number in range(21))}, "at most 20"),
        ({"services": "x" * 65}, "at most 64"),
        ({"name": "\x00"}, "Null characters"),
        ({"name": ""}, "required"),
    ],
)
def test_what_cannot_be_is_said(as_adam: Client, harbor: Participant, typed: dict[str, str], words: str) -> None:
    answer = as_adam.post(SETTINGS, {"name": "Northwind", "services": "northwind", **typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_groups_are_those_of_the_company(as_alice: Client, northwind: Participant, harbor: Participant) -> None:
    add_closed_group("own-pair", northwind)
    add_closed_group("foreign-pair", harbor)
    page = as_alice.get("/participant/groups/").content.decode()
    assert "Own-Pair" in page
    assert "All participants" in page
    assert "Foreign" not in page
    assert page.count("Sees and shares") == 2


def test_a_receive_only_company_reads_that_it_sees(charlie: Member) -> None:
    browser = signed_in(charlie.user)
    assert "Sees and shares" not in browser.get("/participant/groups/").content.decode()
    assert "it receives only" in browser.get("/participant/").content.decode()


@pytest.mark.parametrize("state", ParticipantState)
def test_a_company_that_is_joining_has_its_pages_and_no_signals(state: ParticipantState) -> None:
    company = add_company("fernlight")
    fay = add_team_member(company, "fay", Role.ADMIN)
    browser = signed_in(fay.user)
    Participant.objects.filter(pk=company.pk).update(state=state)
    present = state in (ParticipantState.AGREEMENT_OUT, ParticipantState.TRAINING, ParticipantState.ACTIVE)
    for url in ("/participant/", "/participant/training/", "/participant/members/", "/participant/invitations/"):
        assert browser.get(url).status_code == (200 if present else 404), url
    assert browser.get("/signals/").status_code == (200 if state == ParticipantState.ACTIVE else 404)
    home = browser.get("/", follow=True).content.decode()
    active = state == ParticipantState.ACTIVE
    assert ("Your work" if active else "does not share yet" if present else "does not take part") in home
    assert ("/reviews/" in home) == active


def test_links_lead_only_where_one_may_go(as_alice: Client, as_adam: Client, lena: Member) -> None:
    for browser, names in (
        (as_alice, set()),
        (signed_in(lena.user), {"members"}),
        (as_adam, {"members", "invitations", "settings"}),
    ):
        page = browser.get("/participant/").content.decode()
        linked = {name for name in ("members", "invitations", "settings") if f'"/participant/{name}/"' in page}
        assert linked == names
