"""Every address × everybody who could ask × own, another's and no object, with the expected answer written down."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from participants.models import Member
from tests.sweeps.asking import World, address, asked
from tests.sweeps.pages import MISSING, OPEN, OWN, PAGES, PERSONS, SENT_AWAY
from tests.sweeps.test_marks import PERSONAL, PUBLIC
from tests.sweeps.urls import every_url

pytestmark = pytest.mark.django_db


def test_every_address_is_in_a_table() -> None:
    assert {name for name, _ in every_url()} == {*PAGES, *OPEN, *OWN}
    assert set(OPEN) == PUBLIC
    assert set(OWN) == PERSONAL


def test_pages_answer_those_who_may(world: World) -> None:
    wrong = {}
    for name, page in PAGES.items():
        url = address(name, world.own)
        for person in PERSONS:
            status, location = asked(world.browser(person), page.method, url)
            if person in SENT_AWAY:
                wanted = (302, "/accounts/login/")
            else:
                wanted = (page.answer if person in page.who else 404, "")
            led_to = location.partition("?")[0] if person in SENT_AWAY else ""
            if (status, led_to) != wanted:
                wrong[name, person] = status, location
    assert wrong == {}


def test_what_is_another_s_answers_as_what_is_not_there(world: World) -> None:
    wrong = {}
    missing = {about: MISSING.get(about, uuid4()) for about in world.own}
    for name in (name for name, page in PAGES.items() if page.about):
        for person in PERSONS:
            for objects in (world.others, missing):
                status, _ = asked(world.browser(person), PAGES[name].method, address(name, objects))
                if status != (302 if person in SENT_AWAY else 404):
                    wrong[name, person] = status
    assert wrong == {}


def test_public_addresses_answer_everybody(world: World) -> None:
    wrong = {}
    arguments: dict[str, list[Any]] = {"transparency:year": [2024], "transparency:file": [2024, "csv"]}
    arguments |= {f"transparency:{name}": [2024] for name in ("snapshot", "sums")}
    arguments |= {f"transparency:edition{name}": [2024, 1] for name in ("", "_snapshot", "_sums")}
    arguments["transparency:edition_file"] = [2024, 1, "pdf"]
    arguments |= {"openid_connect_login": ["nobody"], "openid_connect_callback": ["nobody"]}
    arguments |= {"accounts:letter": [uuid4()], "accounts:password_choose": ["MQ", "wrong"]}
    arguments["participants:open_invitation"] = ["a-token"]
    arguments["programme:link"] = ["x"]
    for name, (method, anonymous, password, member, suspended, staff, auditor) in OPEN.items():
        wanted = (anonymous, password, member, member, member, member, suspended, staff, auditor)
        url = reverse(name, args=arguments.get(name, []))
        answers = tuple(asked(world.browser(person), method, url)[0] for person in PERSONS)
        if answers != wanted:
            wrong[name] = answers
    assert wrong == {}


def test_pages_of_one_s_own_account_answer_whoever_is_signed_in(world: World) -> None:
    wrong = {}
    for name, (method, answer) in OWN.items():
        for person in PERSONS:
            status, location = asked(world.browser(person), method, reverse(name))
            wanted = (302, True) if person in SENT_AWAY else (answer, False)
            if (status, location.startswith("/accounts/login/")) != wanted:
                wrong[name, person] = status, location
    assert wrong == {}


def test_what_changes_something_is_no_link_and_needs_the_token_of_its_form(world: World) -> None:
    for name in (name for name, page in PAGES.items() if page.method == "post"):
        browser = world.browser(PAGES[name].who[0])
        assert asked(browser, "get", address(name, world.own))[0] == 405, name
        browser.handler.enforce_csrf_checks = True
        assert asked(browser, "post", address(name, world.own))[0] == 403, name


def test_losing_the_right_takes_effect_on_the_next_request(world: World) -> None:
    browser = world.browser("analyst")
    assert asked(browser, "get", "/signals/")[0] == 200
    Member.objects.filter(user=world.people["analyst"]).update(is_active=False)
    assert asked(browser, "get", "/signals/")[0] == 404
    assert asked(browser, "get", "/")[0] == 200
    get_user_model().objects.filter(pk=world.people["analyst"].pk).update(is_active=False, last_login=timezone.now())
    assert asked(browser, "get", "/signals/")[0] == 302


DECISIONS_OF_PARTICIPANTS = (
    "reviews:claim",
    "reviews:decide",
    "reviews:second_vote",
    "reviews:reopen",
    "reviews:appeal",
    "signals:new_check",
    "signals:export_approve",
    "signals:upload_agree",
    "participants:invite",
    "participants:remove",
    "check_ins:check_in",
)


def test_staff_never_decide_for_a_participant(world: World) -> None:
    for name in DECISIONS_OF_PARTICIPANTS:
        for person in ("staff", "auditor"):
            assert asked(world.browser(person), "post", address(name, world.own))[0] == 404, name
