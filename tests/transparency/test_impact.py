"""A participant's own report, what it reports from outside, and the year at the coalition's desk."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Letter, User
from accounts.post import choose_topics
from audit.models import AuditEvent
from audit.record import PORTAL
from participants.models import Member, Participant, ParticipantState, Role
from participants.services import move_participant
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Feedback, OutgoingFeedback, Review
from signals.models import Contribution
from tests.reviews.following import ACTIONED, decide, dismissed, practise, send
from tests.world import add_team_member, share, share_and_route, signed_in
from transparency.coverage import quality_of
from transparency.impact import REPORTED, lines_of
from transparency.models import CoverageReminder, ReportedFigure
from transparency.periods import Period
from transparency.reporting import remind, report_figures

pytestmark = pytest.mark.django_db

NOW = timezone.now().year
LAST = NOW - 1
YEAR = Period.year(NOW)
AGO = datetime(LAST, 12, 3, tzinfo=UTC)


@pytest.fixture
def acted(alice: Member, bob: Member) -> None:
    """Alice shared two signals; Bob shared one of them too, and acted on the other."""
    share_and_route(alice)
    review = claims.claim_next(by=bob)
    assert review is not None
    record_decision(review, verdict="actioned", measures={"accounts_disabled": 1234}, by=bob)
    share(alice, value="second@example.com")
    share(bob, value="second@example.com")


def _numbers(participant: Participant, year: int = NOW) -> dict[str, int | None]:
    return {line.name: line.number for line in lines_of(participant, Period.year(year))}


@pytest.mark.usefixtures("acted")
def test_each_sees_what_it_gave_and_what_it_did(northwind: Participant, harbor: Participant) -> None:
    gave, did = _numbers(northwind), _numbers(harbor)
    assert (gave["shared"], gave["confirmed"], gave["received"], gave["accounts_disabled"]) == (2, 1, 0, 0)
    assert (did["shared"], did["confirmed"]) == (1, 0)
    assert [did[name] for name in ("received", "looked_at", "decided", "actioned")] == [1, 1, 1, 1]
    assert did["accounts_disabled"] == 1234


@pytest.mark.usefixtures("acted")
def test_page_and_file_tell_the_same(lena: Member) -> None:
    browser = signed_in(lena.user)
    page = browser.get(f"/participant/impact/?year={NOW}")
    assert page.status_code == 200
    assert "We shared 2 signals" in page.content.decode()
    rows = list(csv.DictReader(io.StringIO(browser.get(f"/participant/impact/report.csv?year={NOW}").content.decode())))
    assert {row["Indicator"]: row["Value"] for row in rows}["Shared or confirmed by us"] == "2"
    assert {row["Source"] for row in rows} == {"recorded"}


@pytest.mark.usefixtures("acted")
def test_what_is_reported_stands_apart(lena: Member, northwind: Participant, harbor: Participant) -> None:
    browser = signed_in(lena.user)
    posted = browser.post(f"/participant/impact/reported/?year={NOW}", {"accounts_disabled": "7", "referrals": ""})
    assert posted.status_code == 302
    report_figures(NOW, {"accounts_disabled": 9}, by=lena)
    own = [line for line in lines_of(northwind, YEAR) if line.source == REPORTED]
    assert {line.name: line.number for line in own}["accounts_disabled"] == 9
    assert {line.name: line.shown for line in own}["referrals"] == "not collected"
    recorded = [line for line in lines_of(northwind, YEAR) if line.source != REPORTED]
    assert {line.name: line.number for line in recorded}["accounts_disabled"] == 0
    assert not [line for line in lines_of(harbor, YEAR) if line.source == REPORTED]
    assert AuditEvent.objects.filter(event="figures.reported").count() == 2


def test_a_number_below_zero_is_refused(lena: Member) -> None:
    browser = signed_in(lena.user)
    answer = browser.post(f"/participant/impact/reported/?year={NOW}", {"accounts_disabled": "-1"})
    assert answer.status_code == 422
    assert ReportedFigure.objects.count() == 0


@pytest.fixture
def answered(alice: Member, bob: Member) -> None:
    """Bob's company said last December that what Alice shared did not hold up."""
    practise(bob)
    decide(bob, alice, dismissed())
    send()
    outgoing = OutgoingFeedback.objects.get()
    Contribution.objects.update(shared_at=AGO)
    Feedback.objects.update(told_at=AGO)
    told = {"target_type": "reviews.outgoingfeedback", "target_id": str(outgoing.pk), "details": {"kind": "wrong"}}
    AuditEvent.objects.create(event="feedback.sent", at=AGO, **told)


def _decide_again(by: Member, said: dict[str, Any]) -> None:
    Review.objects.update(state="open")
    review = claims.claim_next(by=by)
    assert review is not None
    record_decision(review, **said, by=by)
    send()


def _held_up(year: int) -> list[str]:
    return [row.held_up for row in quality_of(Period.year(year))]


def test_an_answer_that_was_taken_back_does_not_count(alice: Member, bob: Member, northwind: Participant) -> None:
    practise(bob)
    decide(bob, alice, dismissed())
    send()
    assert (_numbers(northwind)["wrong"], _held_up(NOW)) == (1, ["0 of 1"])
    _decide_again(bob, {**dismissed("other"), "reason": "for us"})
    assert (_numbers(northwind)["wrong"], _held_up(NOW)) == (0, ["no answers yet"])


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(
    ("said", "now"), [(ACTIONED, (1, 0)), ({**dismissed("other"), "reason": "for us"}, (0, 0)), (dismissed(), (0, 1))]
)
def test_what_is_answered_later_leaves_the_year_before_as_it_was(
    said: dict[str, Any], now: tuple[int, int], bob: Member, northwind: Participant
) -> None:
    assert [_numbers(northwind, LAST)[name] for name in ("helped", "wrong")] == [0, 1]
    _decide_again(bob, said)
    assert [_numbers(northwind, LAST)[name] for name in ("helped", "wrong")] == [0, 1]
    assert _held_up(LAST) == ["0 of 1"]
    assert tuple(_numbers(northwind)[name] for name in ("helped", "wrong")) == now


def test_a_review_that_was_revived_came_when_it_first_came(alice: Member, harbor: Participant) -> None:
    came = uuid7(nanoseconds=int(AGO.timestamp() * 1e9))
    # Its `created_at` is that of its revival, now.
    Review.objects.create(id=came, participant=harbor, signal=share(alice))
    assert (_numbers(harbor, LAST)["received"], _numbers(harbor)["received"]) == (1, 0)


def test_analysts_do_not_see_it(as_alice: Client) -> None:
    for path in ("", "report.csv", "reported/"):
        assert as_alice.get(f"/participant/impact/{path}").status_code == 404


def test_nobody_is_reminded_twice_on_one_day(northwind: Participant, sam: User) -> None:
    add_team_member(northwind, "kim", Role.ADMIN)
    before = Letter.objects.count()
    assert remind(northwind, NOW, by=sam)
    told = Letter.objects.count() - before
    assert told == northwind.members.filter(role=Role.ADMIN).count() > 0
    assert not remind(northwind, NOW, by=sam)
    assert Letter.objects.count() - before == told
    assert CoverageReminder.objects.count() == 1


def _refuse_letters(company: Participant) -> None:
    for admin in company.members.filter(role=Role.ADMIN):
        choose_topics(admin.user, wanted=[], by=admin)


@pytest.mark.parametrize(
    "stop",
    [
        _refuse_letters,
        lambda company: move_participant(company, to=ParticipantState.SUSPENDED, by=PORTAL, reason="no answer"),
        lambda company: move_participant(company, to=ParticipantState.LEFT, by=PORTAL, reason="its wish"),
    ],
)
def test_where_nobody_can_be_written_to_nobody_was_reminded(
    stop: Callable[[Participant], None], northwind: Participant, as_sam: Client
) -> None:
    stop(northwind)
    before = Letter.objects.filter(name="figures_asked").count()
    said = as_sam.post(f"/admin/transparency/reportedfigure/year/{NOW}/remind/{northwind.pk}/", follow=True)
    assert "Nobody at Northwind was written to." in said.content.decode()
    assert Letter.objects.filter(name="figures_asked").count() == before
    assert not CoverageReminder.objects.exists()
    assert not AuditEvent.objects.filter(event="figures.asked").exists()


@pytest.mark.usefixtures("acted")
def test_whoever_has_told_something_is_not_reminded(as_sam: Client, northwind: Participant) -> None:
    page = f"/admin/transparency/reportedfigure/year/{NOW}/"
    assert "Remind Northwind" not in as_sam.get(page).content.decode()
    said = as_sam.post(f"{page}remind/{northwind.pk}/", follow=True)
    assert "Nothing is missing from Northwind" in said.content.decode()
    assert not CoverageReminder.objects.exists()


@pytest.mark.usefixtures("acted")
def test_staff_see_the_year_and_remind(as_sam: Client, meridian: Participant) -> None:
    page = as_sam.get(f"/admin/transparency/reportedfigure/year/{NOW}/")
    assert page.status_code == 200
    assert "1,234" in page.content.decode()
    assert as_sam.get("/admin/transparency/reportedfigure/").status_code == 200
    assert "Remind Meridian" in page.content.decode()
    address = f"/admin/transparency/reportedfigure/year/{NOW}/remind/{meridian.pk}/"
    assert as_sam.get(address).status_code == 405
    assert as_sam.post(address).status_code == 302
    assert CoverageReminder.objects.count() == 1


@pytest.mark.parametrize("year", [1800, 2019, NOW + 1, 99999])
def test_nobody_is_reminded_of_a_year_that_the_desk_has_no_page_for(
    as_sam: Client, northwind: Participant, year: int
) -> None:
    address = f"/admin/transparency/reportedfigure/year/{year}/remind/{northwind.pk}/"
    assert as_sam.post(address).status_code == 404
    assert CoverageReminder.objects.count() == 0


def test_the_desk_is_for_staff(as_alice: Client) -> None:
    assert as_alice.get(f"/admin/transparency/reportedfigure/year/{NOW}/").status_code == 404
