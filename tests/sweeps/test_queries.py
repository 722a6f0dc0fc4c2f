"""Every page asks the database as often for thirty rows as for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.record import PORTAL
from audit.sealing import seal_all
from participants.check_ins import answer, plan, sign_off
from participants.invitations import invite
from participants.models import CheckIn, CheckInKind, Member, Participant, Role
from participants.services import default_group
from reviews import claims
from reviews.routing import route
from signals.looking_up import ask
from signals.sharing import share_signals
from tests.reviews.following import decide, dismissed, let_time_pass, practise, send
from tests.signals.files import as_file
from tests.transparency.publishing import published
from tests.world import add_company, add_team_member, row, signed_in, upload

pytestmark = pytest.mark.django_db

FILE = as_file(
    ["kind", "value", "harm_types"], ["email", "planted@example.com", "grooming"], ["email", "broken", "other"]
)


@pytest.fixture(autouse=True)
def no_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """That a session was used is written down every now and then, which is no matter of the page."""
    monkeypatch.setattr("accounts.clock.STAMP_SECONDS", 1e9)


def _asked(browser: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def _more(alice: Member, numbers: range) -> None:
    """A signal each, of one case, confirmed by two more companies, and an upload each."""
    dana = add_team_member(add_company(f"company-{numbers.start}"), "dana")
    rows = [row(value=f"person{number}@example.com", incident="case 1") for number in numbers]
    for member in (alice, dana):
        share_signals(rows, group=default_group(by=PORTAL), by=member)
    for _ in range(0, len(numbers), 6):
        upload(alice, FILE)
    route()


def _follow_up(alice: Member, bob: Member, numbers: range) -> None:
    """For each number a decision of a colleague of Bob's that is told, one of Bob's own, and a second look."""
    colleague = add_team_member(bob.participant, f"colleague{numbers.start}")
    for number in numbers:
        practise(bob)
        for by in (bob, colleague):
            decide(by, alice, dismissed("no_violation"), value=f"{by.pk}-{number}@example.com", severity="critical")
        send()
        practise(bob, sample=100)
        decide(colleague, alice, value=f"second{number}@example.com", severity="critical")
        let_time_pass()


def test_lists_and_pages_ask_a_constant_number_of_times(
    alice: Member, bob: Member, as_alice: Client, as_bob: Client
) -> None:
    _more(alice, range(2))
    review = claims.claim_next(by=bob)
    assert review is not None
    looked_up = ask("\n".join(f"person{number}@example.com" for number in range(30)), by=alice).pk
    _follow_up(alice, bob, range(2))
    pages = {
        as_bob: [
            "/reviews/second/",
            "/reviews/feedback/given/",
            "/reviews/notifications/",
            "/reviews/wellbeing/",
            "/",
            "/signals/",
            "/reviews/",
            f"/reviews/{review.pk}/",
            "/reviews/?kind=email&age=7&about=disputed",
            "/reviews/keys/",
            f"/reviews/{review.pk}/together/",
            f"/signals/{review.signal_id}/",
        ],
        as_alice: [
            "/reviews/feedback/",
            "/reviews/notifications/",
            "/signals/?state=ended",
            "/signals/?age=7&harm=grooming",
            "/signals/exports/",
            "/signals/exports/new/",
            f"/signals/lookup/{looked_up}/",
            "/",
            "/signals/",
            "/signals/uploads/",
            f"/signals/{review.signal_id}/",
        ],
    }
    for browser, urls in pages.items():
        for url in urls:
            _asked(browser, url)
    few = {(browser, url): _asked(browser, url) for browser, urls in pages.items() for url in urls}
    _more(alice, range(2, 30))
    _follow_up(alice, bob, range(2, 12))
    many = {(browser, url): _asked(browser, url) for browser, urls in pages.items() for url in urls}
    assert {
        url: (few[browser, url], number) for (browser, url), number in many.items() if number > few[browser, url]
    } == {}


def test_the_index_of_reports_asks_once_however_many_years(client: Client, sam: Member) -> None:
    published(2019, by=sam)
    one = _asked(client, "/transparency/")
    for year in range(2020, 2025):
        published(year, by=sam)
    assert _asked(client, "/transparency/") == one


def test_the_desk_asks_a_constant_number_of_times(as_sam: Client) -> None:
    add_company("company-0")
    url = "/admin/participants/participant/"
    _asked(as_sam, url)
    one = _asked(as_sam, url)
    for number in range(1, 20):
        add_company(f"company-{number}")
    assert _asked(as_sam, url) == one


def test_a_company_s_pages_ask_a_constant_number_of_times(northwind: Participant) -> None:
    adam = add_team_member(northwind, "adam", Role.ADMIN)
    browser = signed_in(adam.user)
    urls = ("/participant/", "/participant/members/", "/participant/invitations/", "/participant/training/")
    invite(northwind, address="first@northwind.example", role=Role.LEAD, by=adam)
    for url in urls:
        _asked(browser, url)
    few = {url: _asked(browser, url) for url in urls}
    for number in range(20):
        add_team_member(northwind, f"member{number}")
        invite(northwind, address=f"new{number}@northwind.example", role=Role.LEAD, by=adam)
    assert {url: _asked(browser, url) for url in urls} == few


def test_the_record_asks_a_constant_number_of_times(northwind: Participant) -> None:
    browser = signed_in(add_team_member(northwind, "adam", Role.ADMIN).user)
    seal_all()
    urls = ("/record/", "/record/checkpoints/")
    for url in urls:
        _asked(browser, url)
    few = {url: _asked(browser, url) for url in urls}
    for number in range(10):
        add_team_member(northwind, f"member{number}")
        seal_all()
    assert {url: _asked(browser, url) for url in urls} == few


def test_the_list_of_who_takes_part_asks_once(client: Client) -> None:
    add_company("company-0")
    one = _asked(client, "/participants/")
    for number in range(1, 10):
        add_company(f"company-{number}")
    assert _asked(client, "/participants/") == one


def test_check_ins_ask_a_constant_number_of_times(as_sam: Client, northwind: Participant) -> None:
    ida = Member.objects.select_related("user").get(participant=northwind, role=Role.ADMIN)
    browser = signed_in(ida.user)
    pages = {
        browser: "/participant/check-ins/",
        as_sam: "/admin/participants/checkin/",
    }
    _signed_off(northwind, ida, 1)
    for asking, url in pages.items():
        _asked(asking, url)
    few = {url: _asked(asking, url) for asking, url in pages.items()}
    desk = f"/admin/participants/participant/{northwind.pk}/change/"
    _asked(as_sam, desk)
    before = _asked(as_sam, desk)
    _signed_off(northwind, ida, 9)
    assert {url: _asked(asking, url) for asking, url in pages.items()} == few
    assert _asked(as_sam, desk) == before


def _signed_off(company: Participant, by: Member, number: int) -> None:
    for _ in range(number):
        plan(company, CheckInKind.CHECK_IN)
        check_in = CheckIn.objects.open().get(participant=company)
        answer(check_in, {}, by=by)
        sign_off(check_in, by=PORTAL)
