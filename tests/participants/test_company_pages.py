"""What a participant's people see of it, and what its admin may change."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, ParticipantState, Role
from participants.services import describe_participant
from tests.at_once import in_thread, until_somebody_waits
from tests.world import add_closed_group, add_company, add_team_member, bring_to, sign_agreement, signed_in

pytestmark = pytest.mark.django_db

SETTINGS = "/participant/settings/"


def test_an_admin_changes_name_and_services(as_adam: Client, adam: Member) -> None:
    answer = as_adam.post(SETTINGS, {"name": "Northwind Social", "services": " Northwind , nw,northwind,Straße,"})
    assert answer.status_code == 302
    company = Participant.objects.get(pk=adam.participant_id)
    assert (company.name, company.services) == ("Northwind Social", ["northwind", "nw", "strasse"])
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


def test_the_same_change_from_a_page_that_was_read_before_is_none(northwind: Participant) -> None:
    typed: dict[str, Any] = {"name": "Northwind Social", "services": ["nw"]}
    before, again = (Participant.objects.get(pk=northwind.pk) for _ in range(2))
    assert describe_participant(before, **typed, by=PORTAL) == ["name", "services"]
    assert describe_participant(again, **typed, by=PORTAL) == []
    assert AuditEvent.objects.filter(event="participant.changed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_name_that_another_company_takes_at_the_same_moment_is_refused_as_ever() -> None:
    with acting_as_system():
        adam = add_team_member(add_company("northwind"), "adam", Role.ADMIN)
        harbor = add_company("harbor")

    def rename() -> None:
        with acting_as_system(), transaction.atomic():
            describe_participant(harbor, name="Lighthouse", services=[], by=PORTAL)
            renamed.set()
            until_somebody_waits()

    renamed = Event()
    with ThreadPoolExecutor(1) as threads:
        renaming = threads.submit(in_thread, rename)
        assert renamed.wait(10)
        answer = signed_in(adam.user).post(SETTINGS, {"name": "Lighthouse", "services": "northwind"})
        renaming.result()
    assert answer.status_code == 422
    assert "Another company in the programme bears this name." in answer.content.decode()
    with acting_as_system():
        assert Participant.objects.get(pk=adam.participant_id).name == "Northwind"


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


LOOKING = {ParticipantState.ACTIVE, ParticipantState.READ_ONLY}
JOINING = {ParticipantState.AGREEMENT_OUT, ParticipantState.TRAINING}


@pytest.mark.parametrize("state", sorted(set(ParticipantState) - {ParticipantState.LEFT}))
def test_a_company_that_is_joining_has_its_pages_and_no_signals(state: ParticipantState) -> None:
    company = bring_to(add_company("fernlight", active=False), state)
    browser = signed_in(add_team_member(company, "fay", Role.ADMIN).user)
    pages = ["", "training/", "members/", "invitations/", "groups/", "agreement/", "settings/"]
    wanted = 200 if state in LOOKING | JOINING else 404
    assert {page: browser.get(f"/participant/{page}").status_code for page in pages} == dict.fromkeys(pages, wanted)
    assert browser.get("/signals/").status_code == (200 if state in LOOKING else 404)
    home = browser.get("/", follow=True).content.decode()
    words = "Your work" if state in LOOKING else "does not share yet" if state in JOINING else "does not take part"
    assert words in home
    assert ("/signals/" in home) == (state in LOOKING)


def test_the_agreement_is_the_latest_version_and_its_file_the_admin_s(
    as_alice: Client, as_adam: Client, northwind: Participant, harbor: Participant
) -> None:
    sign_agreement(northwind, title="Second agreement", signatory="Noa Lind", signatory_role="Counsel")
    sign_agreement(harbor, title="Foreign agreement", signatory="Hugo Berg")
    page = as_alice.get("/participant/agreement/").content.decode()
    assert "Noa Lind, Counsel" in page
    assert page.index("Second agreement") < page.index("Version 1")
    assert "Hugo Berg" not in page
    assert "/file/" not in page
    assert "/file/" in as_adam.get("/participant/agreement/").content.decode()


def test_links_lead_only_where_one_may_go(as_alice: Client, as_adam: Client, lena: Member) -> None:
    for browser, names in (
        (as_alice, set()),
        (signed_in(lena.user), {"members"}),
        (as_adam, {"members", "invitations", "settings"}),
    ):
        page = browser.get("/participant/").content.decode()
        linked = {name for name in ("members", "invitations", "settings") if f'"/participant/{name}/"' in page}
        assert linked == names
