"""The public application: a draft behind a secret link, handed in once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Letter
from audit.models import AuditEvent
from lantern.demo.people import ELSEWHERE
from lantern.demo.programme import answers_of
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.applying import (
    AlreadySubmitted,
    clear_old_drafts,
    find_draft,
    save_draft,
    start_application,
    submit_application,
)
from participants.models import Application, Participant
from participants.models.application import Answers
from participants.questions import VETTING
from tests.accounts.way_in import same_window
from tests.at_once import in_thread, until_somebody_waits
from tests.world import add_company, new_browser

pytestmark = pytest.mark.django_db

START = {"contact_name": "Noor", "contact_email": "noor@fernlight.example"}
DRAFT = "/participants/apply/draft/"
SUBMIT = "/participants/apply/draft/submit/"


@pytest.fixture(autouse=True)
def no_limits_from_before() -> None:
    cache.clear()


@pytest.fixture
def answers() -> Answers:
    """Good answers to everything, as a browser sends them."""
    given = answers_of(ELSEWHERE[0])
    return {name: value for name, value in given.items() if name != "receive_only"}


def _begin(browser: Client) -> str:
    """Begin a draft; the secret of its link, from the page."""
    answer = browser.post("/participants/apply/", START)
    assert answer.status_code == 201
    found = re.search(r"/participants/apply/link/([\w-]+)/", answer.content.decode())
    assert found
    return found[1]


def test_the_link_is_shown_once_mailed_and_kept_nowhere(client: Client) -> None:
    secret = _begin(client)
    assert len(secret) >= 43
    letter = Letter.objects.get()
    assert letter.opened_address() == START["contact_email"]
    assert f"/participants/apply/link/{secret}/" in letter.opened().text
    application = Application.objects.get()
    assert secret not in str(vars(application))
    assert START["contact_email"].encode() not in bytes(application.answers)
    assert secret not in client.get(DRAFT).content.decode()
    assert application.opened_answers == START


def test_the_link_opens_the_draft_elsewhere_and_leads_to_an_address_that_says_nothing(client: Client) -> None:
    secret = _begin(client)
    client.post(DRAFT, {"company": "Fernlight Video", "people": "a dozen"})
    other = new_browser()
    answer = other.get(f"/participants/apply/link/{secret}/")
    assert (answer.status_code, answer["Location"]) == (302, DRAFT)
    page = other.get(DRAFT).content.decode()
    assert "Fernlight Video" in page
    assert "a dozen" in page


def test_without_the_link_there_is_no_draft(client: Client) -> None:
    _begin(new_browser())
    assert client.get(DRAFT).status_code == 404
    assert client.post(SUBMIT, {}).status_code == 404
    answer = client.get("/participants/apply/link/guessed/", follow=True)
    assert "This link opens nothing." in answer.content.decode()
    assert client.get(DRAFT).status_code == 404
    assert find_draft("") is None


def test_visitors_and_members_see_no_application_in_the_database(client: Client, northwind: Participant) -> None:
    _begin(client)
    for scope in (Scope.PUBLIC, Scope.USER, Scope.MEMBER):
        with acting(scope, participant_id=northwind.pk):
            assert not Application.objects.exists()
            assert Application.objects.update(submitted_at=None) == 0


def test_handing_in_makes_an_applicant_that_staff_see(client: Client, as_sam: Client, answers: Answers) -> None:
    _begin(client)
    assert client.post(SUBMIT, answers).status_code == 302
    assert "Your application has arrived" in client.get(DRAFT).content.decode()
    company = Participant.objects.get()
    assert (company.name, company.state, company.receive_only) == ("Fernlight Video", "applied", False)
    assert company.members.count() == 0
    page = as_sam.get(f"/admin/participants/participant/{company.pk}/change/").content.decode()
    assert "https://fernlight.example/help/appeals" in page
    assert page.count("Not looked at yet.") == len(VETTING)
    events = list(AuditEvent.objects.order_by("id").values_list("event", flat=True))
    assert [event for event in events if "application" in event] == ["application.started", "application.submitted"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("company", ""),
        ("standard", "we have one"),
        ("appeals", "by mail"),
        ("government", "https://nowhere"),
        ("contact_email", "noor"),
        ("people", "-1"),
        ("people", "some"),
        ("human_review", "x" * 4_001),
    ],
)
def test_what_cannot_be_handed_in_says_why_and_is_kept(client: Client, answers: Answers, name: str, value: str) -> None:
    _begin(client)
    answer = client.post(SUBMIT, {**answers, name: value})
    assert answer.status_code == 422
    assert f'href="#id_{name}"' in answer.content.decode()
    assert not Participant.objects.exists()
    kept = Application.objects.get()
    assert kept.submitted_at is None
    if len(value) < 4_000:
        assert kept.opened_answers["sector"] == answers["sector"]


def test_it_is_handed_in_once(client: Client, answers: Answers) -> None:
    _begin(client)
    client.post(SUBMIT, answers)
    assert client.post(SUBMIT, {**answers, "company": "Another"}).status_code == 302
    assert Participant.objects.count() == 1
    application = Application.objects.get()
    for act in (save_draft, submit_application):
        with pytest.raises(AlreadySubmitted):
            act(application, answers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "typed"), [(SUBMIT, "answers"), (SUBMIT, "start"), (DRAFT, "start")])
def test_what_comes_while_it_is_handed_in_leads_to_where_that_leads(
    client: Client, answers: Answers, path: str, typed: str
) -> None:
    _begin(client)
    window = same_window(client)

    def hand_in() -> None:
        with acting_as_system(), transaction.atomic():
            application = Application.objects.select_for_update().get()
            read.set()
            until_somebody_waits()
            submit_application(application, {**answers, "receive_only": False})

    read = Event()
    with ThreadPoolExecutor(1) as threads:
        handing_in = threads.submit(in_thread, hand_in)
        assert read.wait(10)
        answer = window.post(path, answers if typed == "answers" else START)
        handing_in.result()
    assert (answer.status_code, answer["Location"]) == (302, DRAFT)
    assert "Your application has arrived" in client.get(DRAFT).content.decode()
    with acting_as_system():
        assert Participant.objects.count() == 1


def test_a_name_that_is_taken_tells_nobody_so(client: Client, answers: Answers) -> None:
    add_company("fernlight-video", active=False)
    _begin(client)
    assert client.post(SUBMIT, answers).status_code == 302
    assert set(Participant.objects.values_list("slug", flat=True)) == {"fernlight-video", "fernlight-video-2"}


@pytest.mark.django_db(transaction=True)
def test_two_of_one_name_at_once_are_both_handed_in(client: Client, answers: Answers) -> None:
    _begin(client)

    def hand_in() -> None:
        with acting_as_system(), transaction.atomic():
            application, _ = start_application(START)
            submit_application(application, {**answers, "receive_only": False})
            handed_in.set()
            until_somebody_waits()

    handed_in = Event()
    with ThreadPoolExecutor(1) as threads:
        handing_in = threads.submit(in_thread, hand_in)
        assert handed_in.wait(10)
        assert client.post(SUBMIT, answers).status_code == 302
        handing_in.result()
    assert "Your application has arrived" in client.get(DRAFT).content.decode()
    with acting_as_system():
        names = set(Participant.objects.values_list("name", "slug"))
    assert names == {("Fernlight Video", "fernlight-video"), ("Fernlight Video (2)", "fernlight-video-2")}


def test_beginning_is_limited_by_place_and_by_mailbox(client: Client) -> None:
    def begin(number: int) -> int:
        return client.post(
            "/participants/apply/", {**START, "contact_email": f"{number}@fernlight.example"}
        ).status_code

    assert [begin(1) for _ in range(5)] == [201] * 3 + [429] * 2
    assert [begin(number) for number in range(2, 10)] == [201] * 5 + [429] * 3


def test_no_link_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    secret = _begin(client)
    Application.objects.all().delete()
    assert client.get(f"/participants/apply/link/{secret}/").status_code == 302
    assert secret not in caplog.text


def test_a_forgotten_draft_goes_and_what_was_handed_in_stays(client: Client, answers: Answers) -> None:
    for submit in (True, False):
        _begin(client)
        if submit:
            client.post(SUBMIT, answers)
    Application.objects.update(saved_at=timezone.now() - timedelta(days=89))
    assert clear_old_drafts() == 0
    Application.objects.update(saved_at=timezone.now() - timedelta(days=91))
    assert clear_old_drafts() == 1
    assert clear_old_drafts() == 0
    assert Application.objects.get().submitted_at is not None
    assert client.get(DRAFT).status_code == 404


def test_who_takes_part_is_public(client: Client, northwind: Participant, meridian: Participant) -> None:
    add_company("applicant", active=False)
    page = client.get("/participants/").content.decode()
    assert "Northwind" in page
    assert page.count("Shares and receives") == 1
    assert page.count("Receives only") == 1
    assert "Applicant" not in page


def test_governance_names_the_intervals_that_are_set(client: Client, settings: object) -> None:
    settings.CHECK_IN_MONTHS = 5  # type: ignore[attr-defined]
    page = client.get("/governance/").content.decode()
    assert "Every 5 months" in page
    for part in ("eligibility", "review", "appeals", "governments", "retention"):
        assert f'id="{part}"' in page
