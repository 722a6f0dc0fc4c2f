"""Training: what passes, how long it counts, and what it opens."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from audit.models import AuditEvent
from lantern.demo.people import complete_training
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, Role, TrainingRecord
from participants.policies import Action, can
from participants.training import NotPassed, due_modules, pass_module, standings, trained_members
from participants.training_modules import MODULES
from participants.training_modules.sharing import SHARING
from tests.accounts.way_in import at_once
from tests.world import add_company, add_team_member, share, signed_in

pytestmark = pytest.mark.django_db

RIGHT = {question.name: question.right.name for question in SHARING.questions}
PAGE = "/participant/training/sharing/"


@pytest.fixture
def uma(northwind: Participant) -> Member:
    """An analyst at Northwind who has learned nothing yet."""
    return add_team_member(northwind, "uma", trained=False)


def _wrong(name: str) -> str:
    question = next(question for question in SHARING.questions if question.name == name)
    return next(option.name for option in question.options if not option.is_right)


def _run_out(member: Member, module: str) -> None:
    """As if the module had been passed long ago: its records, written anew with other dates."""
    long_ago = timezone.now() - timedelta(days=400)
    kept = [slug for slug in MODULES if slug != module]
    other = add_team_member(member.participant, "olga", trained=False)
    records = [
        TrainingRecord(participant=member.participant, member=other, module=slug, version=MODULES[slug].version)
        for slug in kept
    ]
    records.append(
        TrainingRecord(
            participant=member.participant,
            member=other,
            module=module,
            version=MODULES[module].version,
            passed_at=long_ago,
            valid_until=long_ago + timedelta(days=365),
        )
    )
    TrainingRecord.objects.bulk_create(records)


def test_right_answers_pass_and_are_recorded_for_a_year(uma: Member) -> None:
    passed = pass_module(SHARING, answers=RIGHT, by=uma)
    assert (passed.module, passed.version) == ("sharing", SHARING.version)
    assert abs(passed.valid_until - passed.passed_at - timedelta(days=365)) < timedelta(seconds=5)
    event = AuditEvent.objects.get(event="member.trained", actor_id=uma.user_id)
    assert event.details == {"module": "sharing", "version": SHARING.version}


@pytest.mark.parametrize(
    "answers",
    [{}, {**RIGHT, "victim": _wrong("victim")}, dict.fromkeys(RIGHT, "z")],
    ids=["none", "one wrong", "unknown"],
)
def test_anything_else_does_not_pass(uma: Member, answers: dict[str, str]) -> None:
    with pytest.raises(NotPassed) as refusal:
        pass_module(SHARING, answers=answers, by=uma)
    assert refusal.value.wrong == {name for name in RIGHT if answers.get(name) != RIGHT[name]}
    assert not TrainingRecord.objects.filter(member=uma).exists()


def test_a_member_is_trained_when_every_module_is_passed(uma: Member) -> None:
    for number, module in enumerate(MODULES.values()):
        assert len(due_modules(uma)) == len(MODULES) - number
        right = {question.name: question.right.name for question in module.questions}
        pass_module(module, answers=right, by=uma)
        pass_module(module, answers=right, by=uma)
    assert due_modules(uma) == []


def test_a_module_counts_again_only_once_it_ends_soon(uma: Member) -> None:
    passed = pass_module(SHARING, answers=RIGHT, by=uma)
    assert pass_module(SHARING, answers=RIGHT, by=uma) == passed
    assert AuditEvent.objects.filter(event="member.trained", actor_id=uma.user_id).count() == 1
    with override_settings(TRAINING_REMIND_DAYS=366):
        assert pass_module(SHARING, answers=RIGHT, by=uma).valid_until > passed.valid_until
    assert AuditEvent.objects.filter(event="member.trained", actor_id=uma.user_id).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_module_passed_sixteen_times_at_once_counts_once() -> None:
    with acting_as_system():
        uma = add_team_member(add_company("northwind"), "uma", trained=False)
    answers = at_once(signed_in(uma.user), lambda window: window.post(PAGE, RIGHT).status_code)
    with acting_as_system():
        assert TrainingRecord.objects.filter(member=uma).count() == 1, answers
        assert AuditEvent.objects.filter(event="member.trained", actor_id=uma.user_id).count() == 1
    assert answers == [302] * 16


@pytest.mark.parametrize("module", MODULES)
def test_one_module_that_ran_out_is_due_again(alice: Member, module: str) -> None:
    _run_out(alice, module)
    olga = Member.objects.get(user__name="Olga")
    assert [due.slug for due in due_modules(olga)] == [module]
    assert not can(olga, Action.VIEW_SIGNALS)
    assert olga not in set(trained_members(alice.participant))
    complete_training(olga)
    assert not due_modules(olga)


def test_a_new_version_of_a_module_asks_again(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    assert can(alice, Action.VIEW_SIGNALS)
    newer = type(SHARING)(**{**vars(SHARING), "version": SHARING.version + 1})
    monkeypatch.setitem(MODULES, "sharing", newer)
    assert due_modules(alice) == [newer]
    assert not can(alice, Action.VIEW_SIGNALS)
    pass_module(newer, answers=RIGHT, by=alice)
    assert can(alice, Action.VIEW_SIGNALS)


def test_trained_members_are_those_who_can_act(northwind: Participant, alice: Member, uma: Member, bob: Member) -> None:
    amir, adam = add_team_member(northwind, "amir"), add_team_member(northwind, "adam", Role.ADMIN)
    everybody = set(trained_members(northwind))
    assert {alice, amir, adam} <= everybody
    assert not {uma, bob} & everybody
    Member.objects.filter(pk=amir.pk).update(is_active=False)
    adam.user.is_active = False
    adam.user.save()
    assert everybody - set(trained_members(northwind)) == {amir, adam}


def test_standings_tell_what_ends_soon(alice: Member) -> None:
    assert not any(standing.is_due or standing.ends_soon for standing in standings([alice])[alice.pk])
    soon = timezone.now() + timedelta(days=3)
    dora = add_team_member(alice.participant, "dora", trained=False)
    TrainingRecord.objects.create(
        participant=dora.participant, member=dora, module="sharing", version=SHARING.version, valid_until=soon
    )
    first = standings([dora])[dora.pk][0]
    assert (first.module, first.is_due, first.ends_soon, first.valid_until) == (SHARING, False, True, soon)


def test_the_page_tells_no_answer_before_it_was_given(uma: Member) -> None:
    browser = signed_in(uma.user)
    page = unescape(browser.get(PAGE).content.decode())
    reasons = [option.because for question in SHARING.questions for option in question.options]
    assert all(option.text in page for question in SHARING.questions for option in question.options)
    assert not [reason for reason in reasons if reason[:40] in page]
    assert "checked" not in page


def test_wrong_answers_are_explained_and_can_be_tried_again(uma: Member) -> None:
    browser = signed_in(uma.user)
    wrong = _wrong("victim")
    answer = browser.post(PAGE, {**RIGHT, "victim": wrong})
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    question = next(question for question in SHARING.questions if question.name == "victim")
    told = question.option(wrong)
    assert told is not None
    assert told.because[:40] in page
    assert question.right.because[:40] not in page
    assert not TrainingRecord.objects.filter(member=uma).exists()
    assert browser.post(PAGE, RIGHT).status_code == 302
    assert TrainingRecord.objects.filter(member=uma).count() == 1


def test_an_empty_answer_sheet_is_refused_at_each_question(uma: Member) -> None:
    answer = signed_in(uma.user).post(PAGE, {})
    assert answer.status_code == 422
    assert answer.content.decode().count("Choose an answer.") == 2 * len(SHARING.questions)


def test_until_then_there_is_training_and_nothing_with_signals_in_it(uma: Member, bob: Member) -> None:
    browser = signed_in(uma.user)
    signal = share(bob, value="planted@example.com")
    refused = ("/signals/", "/signals/new/", "/signals/uploads/", "/reviews/", f"/signals/{signal.pk}/")
    assert {url: browser.get(url).status_code for url in refused} == dict.fromkeys(refused, 404)
    home = browser.get("/").content.decode()
    assert "Training comes first" in home
    assert PAGE in home
    assert 'href="/reviews/"' not in home
    complete_training(uma)
    assert {url: browser.get(url).status_code for url in refused} == dict.fromkeys(refused, 200)
    assert "Training comes first" not in browser.get("/").content.decode()


def test_a_module_that_is_not_there_is_not_found(as_alice: Client) -> None:
    assert as_alice.get("/participant/training/nothing/").status_code == 404
