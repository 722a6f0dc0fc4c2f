"""Check-ins and practice reviews: planned, reminded, answered, signed off, enforced, however often the clock rings."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, User
from audit.models import AuditEvent
from lantern.demo.programme import check_in_answers
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.check_ins import NotOpen, answer, plan, send_back, sign_off
from participants.keeping import due_step, keep_check_in, keep_programme
from participants.lifecycle import missing_check_ins
from participants.models import CheckIn, CheckInKind, CheckInNotice, Member, Participant, ParticipantState, Role, Step
from participants.policies import Action, can
from participants.services import move_participant
from tests.at_once import in_thread, until_somebody_waits
from tests.world import add_company, add_team_member, bring_to, share, sign_agreement, signed_in

DAY = timedelta(days=1)
ANSWERS = check_in_answers(CheckInKind.CHECK_IN)


def _typed(kind: CheckInKind = CheckInKind.CHECK_IN) -> dict[str, Any]:
    return {name: str(value) for name, value in check_in_answers(kind).items()}


def at(day: date) -> datetime:
    """That day's morning."""
    return datetime.combine(day, time(6), UTC)


@pytest.fixture
def ida(northwind: Participant) -> Member:
    """Northwind's admin."""
    return Member.objects.select_related("user", "participant__auth_group").get(participant=northwind, role=Role.ADMIN)


@pytest.fixture
def check_in(northwind: Participant) -> CheckIn:
    """Northwind's next check-in."""
    plan(northwind, CheckInKind.CHECK_IN)
    return CheckIn.objects.get(participant=northwind)


def _state(company: Participant) -> str:
    return Participant.objects.get(pk=company.pk).state


@pytest.mark.django_db
def test_one_of_each_kind_is_planned_in_its_turn(northwind: Participant) -> None:
    Participant.objects.update(active_since=timezone.now().date())
    for _ in range(2):
        keep_programme()
    planned = dict(CheckIn.objects.values_list("kind", "due_on"))
    since = timezone.now().date()
    assert CheckIn.objects.count() == 2
    assert 88 <= (planned["check_in"] - since).days <= 92
    assert 364 <= (planned["practice_review"] - since).days <= 366
    assert AuditEvent.objects.filter(event="check_in.planned").count() == 2


@pytest.mark.django_db
def test_the_database_lets_one_be_open_at_a_time(check_in: CheckIn) -> None:
    with pytest.raises(DatabaseError, match="open_one_at_a_time"), transaction.atomic():
        CheckIn.objects.create(participant_id=check_in.participant_id, kind="check_in", due_on=check_in.due_on + DAY)


STEPS = [
    ({}, -31, None),
    ({}, -30, Step.FIRST),
    ({Step.FIRST: -30}, -29, None),
    ({Step.FIRST: -30}, -7, Step.SECOND),
    ({}, -3, Step.SECOND),
    ({Step.SECOND: -3}, 0, Step.DUE),
    ({}, 40, Step.DUE),
    ({Step.DUE: 40}, 53, None),
    ({Step.DUE: 40}, 54, Step.READ_ONLY),
    ({Step.DUE: 0}, 13, None),
    ({Step.DUE: 0}, 14, Step.READ_ONLY),
    ({Step.DUE: 0, Step.READ_ONLY: 14}, 41, None),
    ({Step.DUE: 0, Step.READ_ONLY: 14}, 42, Step.SUSPENDED),
    ({Step.DUE: 0, Step.READ_ONLY: 14, Step.SUSPENDED: 42}, 400, None),
]


@pytest.mark.parametrize(("taken", "days", "step"), STEPS)
def test_which_step_is_due(taken: dict[Step, int], days: int, step: Step | None) -> None:
    due_on = date(2026, 6, 1)
    known = {name.value: at(due_on + DAY * when) for name, when in taken.items()}
    assert due_step(due_on, at(due_on + DAY * days), known) == step


@pytest.mark.django_db
def test_the_clock_reminds_makes_read_only_and_suspends_each_once(
    check_in: CheckIn, northwind: Participant, alice: Member
) -> None:
    seen = []
    for days in range(-40, 60):
        for _ in range(2):
            keep_programme(at(check_in.due_on + DAY * days))
        seen.append((days, _state(northwind)))
    taken = CheckInNotice.objects.filter(check_in=check_in).order_by("at")
    steps = [(notice.step, (notice.at.date() - check_in.due_on).days) for notice in taken]
    assert steps == [("first", -30), ("second", -7), ("due", 0), ("read_only", 14), ("suspended", 42)]
    assert dict(seen)[13] == "active"
    assert dict(seen)[14] == dict(seen)[41] == "read_only"
    assert dict(seen)[42] == "suspended"
    letters = [letter for letter in Letter.objects.all() if letter.name == "check_in_due"]
    assert [letter.user.email for letter in letters if letter.user] == ["ida@northwind.example"] * 5
    moved = AuditEvent.objects.filter(event="participant.moved", details__after__in=["read_only", "suspended"])
    assert [event.actor_id for event in moved] == [None, None]


@pytest.mark.django_db
def test_what_read_only_means(alice: Member, as_alice: Client, bob: Member, sam: User) -> None:
    signal = share(bob)
    assert as_alice.get("/reviews/").status_code == 200
    move_participant(alice.participant, to=ParticipantState.READ_ONLY, by=sam, reason="a reason")
    page = as_alice.get("/").content.decode()
    assert "Your company is read-only" in page
    assert as_alice.get("/signals/").status_code == 200
    assert as_alice.get(f"/signals/{signal.pk}/").status_code == 200
    refused = ("/signals/new/", "/signals/uploads/new/", "/reviews/")
    assert [as_alice.get(url).status_code for url in refused] == [404] * 3
    for url in refused:
        assert f'href="{url}"' not in page
    member = Member.objects.select_related("user", "participant__auth_group").get(pk=alice.pk)
    looking = {Action.OPEN_WORK, Action.VIEW_SIGNALS, Action.WITHDRAW_SIGNALS}
    own_pages = {Action.OPEN_TRAINING, Action.VIEW_PARTICIPANT}
    assert {action for action in Action if can(member, action)} == looking | own_pages
    own = acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id)
    with own, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM signals_signal")
        assert cursor.fetchone() == (1,)
        cursor.execute("UPDATE signals_signal SET severity = 4")
        assert cursor.rowcount == 0
    move_participant(alice.participant, to=ParticipantState.SUSPENDED, by=sam, reason="a reason")
    assert as_alice.get("/signals/").status_code == 404


@pytest.mark.django_db
def test_an_answer_that_is_signed_off_takes_read_only_back_and_plans_the_next(
    check_in: CheckIn, ida: Member, sam: User
) -> None:
    company = ida.participant
    for days in (0, 14):
        keep_check_in(check_in.pk, at(check_in.due_on + DAY * days))
    assert _state(company) == "read_only"
    answer(check_in, ANSWERS, by=Member.objects.select_related("user", "participant").get(pk=ida.pk))
    keep_check_in(check_in.pk, at(check_in.due_on + DAY * 90))
    assert _state(company) == "read_only"
    sign_off(check_in, by=sam)
    assert _state(company) == "active"
    following = CheckIn.objects.open().get(participant=company)
    assert following.due_on > check_in.due_on + 80 * DAY
    with pytest.raises(NotOpen):
        sign_off(check_in, by=sam)
    with pytest.raises(NotOpen):
        answer(check_in, ANSWERS, by=ida)


@pytest.mark.django_db
def test_what_staff_made_read_only_stays_so_until_they_say_otherwise(check_in: CheckIn, ida: Member, sam: User) -> None:
    move_participant(ida.participant, to=ParticipantState.READ_ONLY, by=sam, reason="a reason")
    answer(check_in, ANSWERS, by=ida)
    sign_off(check_in, by=sam)
    assert _state(ida.participant) == "read_only"


@pytest.mark.django_db
def test_one_of_two_overdue_ones_is_not_enough(check_in: CheckIn, ida: Member, sam: User) -> None:
    plan(ida.participant, CheckInKind.PRACTICE_REVIEW)
    review = CheckIn.objects.get(kind="practice_review")
    for days in (0, 14):
        keep_check_in(check_in.pk, at(check_in.due_on + DAY * days))
        keep_check_in(review.pk, at(review.due_on + DAY * days))
    answer(check_in, ANSWERS, by=ida)
    sign_off(check_in, by=sam)
    assert _state(ida.participant) == "read_only"
    answer(review, check_in_answers(CheckInKind.PRACTICE_REVIEW), by=ida)
    sign_off(review, by=sam)
    assert _state(ida.participant) == "active"


@pytest.mark.django_db
def test_sent_back_it_is_to_be_answered_again(check_in: CheckIn, ida: Member, sam: User) -> None:
    with pytest.raises(NotOpen):
        send_back(check_in, remark="Which sample?", by=sam)
    answer(check_in, ANSWERS, by=ida)
    send_back(check_in, remark="Which sample?", by=sam)
    page = signed_in(ida.user).get(f"/participant/check-ins/{check_in.pk}/").content.decode()
    assert "Which sample?" in page
    assert str(ANSWERS["evidence"]) in page
    with pytest.raises(NotOpen):
        sign_off(check_in, by=sam)


BACK = [
    ({Step.DUE: 0}, 40, 53, None),
    ({Step.DUE: 0}, 40, 54, Step.READ_ONLY),
    ({Step.DUE: 5}, 2, 18, None),
    ({Step.DUE: 5}, 2, 19, Step.READ_ONLY),
    ({Step.DUE: 0, Step.READ_ONLY: 14}, 60, 87, None),
    ({Step.DUE: 0, Step.READ_ONLY: 14}, 60, 88, Step.SUSPENDED),
]


@pytest.mark.parametrize(("taken", "back", "days", "step"), BACK)
def test_which_step_is_due_after_it_was_sent_back(
    taken: dict[Step, int], back: int, days: int, step: Step | None
) -> None:
    due_on = date(2026, 6, 1)
    known = {name.value: at(due_on + DAY * when) for name, when in taken.items()}
    assert due_step(due_on, at(due_on + DAY * days), known, at(due_on + DAY * back)) == step


@pytest.mark.django_db
def test_what_staff_send_back_late_has_its_whole_span_again(
    check_in: CheckIn, northwind: Participant, ida: Member, sam: User
) -> None:
    today = timezone.now().date()
    CheckIn.objects.update(due_on=today - 40 * DAY)
    keep_check_in(check_in.pk, at(today - 40 * DAY))
    answer(check_in, ANSWERS, by=ida)
    send_back(check_in, remark="Which sample?", by=sam)
    assert missing_check_ins(northwind) == []
    for days, state in ((0, "active"), (13, "active"), (14, "read_only"), (41, "read_only"), (42, "suspended")):
        keep_check_in(check_in.pk, at(today + days * DAY))
        assert _state(northwind) == state, days


@pytest.mark.django_db
def test_the_pages_are_the_admin_s(check_in: CheckIn, ida: Member, alice: Member, lena: Member, bob: Member) -> None:
    url = f"/participant/check-ins/{check_in.pk}/"
    harbors = Member.objects.select_related("user").get(participant=bob.participant, role=Role.ADMIN)
    for other in (alice, lena, harbors):
        assert signed_in(other.user).get(url).status_code == 404
        assert signed_in(other.user).post(url, _typed()).status_code == 404
    browser = signed_in(ida.user)
    assert "To be answered" in browser.get("/participant/check-ins/").content.decode()
    assert browser.post(url, {**_typed(), "upheld": "many"}).status_code == 422
    assert browser.post(url, _typed()).status_code == 302
    found = CheckIn.objects.get(pk=check_in.pk)
    assert found.answered_by_id == ida.user_id
    assert found.opened_answers["upheld"] == 3
    assert str(ANSWERS["evidence"]).encode() not in bytes(found.answers or b"")


@pytest.mark.django_db
def test_staff_sign_off_at_the_desk(check_in: CheckIn, ida: Member, as_sam: Client, as_alice: Client) -> None:
    page = f"/admin/participants/checkin/{check_in.pk}"
    answer(check_in, ANSWERS, by=ida)
    assert str(ANSWERS["evidence"]) in as_sam.get(f"{page}/change/").content.decode()
    assert as_alice.post(f"{page}/sign-off/").status_code == 404
    assert as_sam.get(f"{page}/sign-off/").status_code == 405
    assert as_sam.post(f"{page}/send-back/", {"remark": ""}).status_code == 302
    assert CheckIn.objects.get(pk=check_in.pk).answered_at
    assert as_sam.post(f"{page}/sign-off/").status_code == 302
    assert CheckIn.objects.get(pk=check_in.pk).signed_off_at
    assert as_sam.get(f"{page}/change/").status_code == 200


@pytest.mark.django_db
def test_a_participant_cannot_sign_off_its_own_in_the_database(check_in: CheckIn, ida: Member) -> None:
    answer(check_in, ANSWERS, by=ida)
    with acting(Scope.MEMBER, participant_id=ida.participant_id, user_id=ida.user_id):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            CheckIn.objects.filter(pk=check_in.pk).update(signed_off_at=timezone.now())
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            CheckInNotice.objects.create(
                check_in=check_in, participant_id=ida.participant_id, step=Step.FIRST, at=timezone.now()
            )


@pytest.mark.django_db
def test_an_agreement_that_runs_out_makes_read_only(northwind: Participant, sam: User) -> None:
    company = bring_to(add_company("pixelforge", active=False), ParticipantState.AGREEMENT_OUT)
    today = timezone.now().date()
    sign_agreement(company, signed_on=today - 9 * DAY, valid_until=today)
    move_participant(company, to=ParticipantState.TRAINING, by=sam)
    for name, role in (("ida", Role.ADMIN), ("finn", Role.ANALYST)):
        add_team_member(company, name, role)
    move_participant(company, to=ParticipantState.ACTIVE, by=sam)
    keep_programme()
    assert _state(company) == "active"
    for _ in range(2):
        keep_programme(timezone.now() + DAY)
    assert (_state(company), _state(northwind)) == ("read_only", "active")
    assert AuditEvent.objects.filter(details__after="read_only").count() == 1
    sign_agreement(company)
    move_participant(company, to=ParticipantState.ACTIVE, by=sam)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_take_a_step_once() -> None:
    with acting_as_system():
        company = add_company("northwind")
        plan(company, CheckInKind.CHECK_IN)
        found = CheckIn.objects.get()
    moment, together = at(found.due_on), Barrier(4)

    def run() -> Step | None:
        together.wait(timeout=10)
        return keep_check_in(found.pk, moment)

    with ThreadPoolExecutor(4) as pool:
        taken = [future.result() for future in [pool.submit(in_thread, run) for _ in range(4)]]
    assert sorted(map(str, taken)) == ["None", "None", "None", "due"]
    with acting_as_system():
        assert Letter.objects.filter(name="check_in_due").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("commits", [True, False])
def test_an_answer_that_is_being_given_holds_the_clock_until_it_is_there_or_not(commits: bool) -> None:
    """The clock would make read-only; it waits for the row, looks again, and finds the answer."""
    with acting_as_system():
        company = add_company("northwind")
        plan(company, CheckInKind.CHECK_IN)
        found = CheckIn.objects.get()
        admin = Member.objects.select_related("user", "participant").get(participant=company, role=Role.ADMIN)
    keep_check_in(found.pk, at(found.due_on))
    late = at(found.due_on + DAY * 14)
    with ThreadPoolExecutor(1) as pool:
        with acting(Scope.MEMBER, participant_id=company.pk, user_id=admin.user_id):
            answer(found, ANSWERS, by=admin)
            waiting = pool.submit(in_thread, lambda: keep_check_in(found.pk, late))
            until_somebody_waits()
            assert not waiting.done()
            transaction.set_rollback(not commits)
        assert waiting.result(timeout=10) == (None if commits else Step.READ_ONLY)
    with acting_as_system():
        assert _state(company) == ("active" if commits else "read_only")
