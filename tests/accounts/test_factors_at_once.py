"""What is sent sixteen times at once counts once."""

import re
from itertools import count

import pytest
from django.core.cache import cache

from accounts.factors import make_recovery_codes
from accounts.models import Authenticator, Letter, RecoverySheet, Session
from accounts.services import add_person
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from tests.accounts.way_in import at_once, code_of, code_on, events, give_password
from tests.world import PASSWORD, add_company, add_team_member, new_browser, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", ["one-time code", "recovery code"])
@pytest.mark.parametrize("path", ["sign-in", "confirm"])
def test_one_code_sent_sixteen_times_at_once_is_accepted_once(kind: str, path: str) -> None:
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
        code = code_of(mia.user) if kind == "one-time code" else make_recovery_codes(mia.user, by=mia)[0]
    if path == "sign-in":
        browser, url, event = new_browser(), "/accounts/code/", "signed_in"
        give_password(browser, mia.user.email)
    else:
        browser, url, event = signed_in(mia.user), "/accounts/confirm/", "factor_confirmed"
    answers = at_once(browser, lambda window: window.post(url, {"code": code}).status_code)
    with acting_as_system():
        assert events(event) == 1, answers
        if kind == "recovery code":
            assert RecoverySheet.objects.get().left() == 9


def test_one_code_of_a_second_authenticator_sent_sixteen_times_at_once_is_accepted_once() -> None:
    cache.clear()  # the limits from before
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
        browser, code = signed_in(mia.user), Authenticator.enroll(mia.user, name="tablet").current_code()
    answers = at_once(browser, lambda window: window.post("/accounts/confirm/", {"code": code}).status_code)
    with acting_as_system():
        assert events("factor_confirmed") == 1, answers


def test_one_first_code_sent_sixteen_times_at_once_makes_one_authenticator() -> None:
    with acting_as_system():
        person = add_person("noor@northwind.example", name="Noor", password=PASSWORD, by=PORTAL)
    browser = new_browser()
    give_password(browser, person.email)
    code = code_on(browser.get("/accounts/enroll/").content.decode())
    answers = at_once(browser, lambda window: window.post("/accounts/enroll/", {"code": code}).status_code)
    with acting_as_system():
        assert (Authenticator.objects.count(), events("signed_in")) == (1, 1), answers
        assert Session.objects.filter(user=person).count() == 1


def test_one_code_sent_sixteen_times_at_once_adds_one_further_authenticator() -> None:
    """Even under sixteen names."""
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
    browser, url = signed_in(mia.user), "/accounts/authenticators/new/"
    code = code_on(browser.get(url).content.decode())
    names = count()
    answers = at_once(
        browser, lambda window: window.post(url, {"code": code, "name": f"phone {next(names)}"}).status_code
    )
    with acting_as_system():
        assert Authenticator.objects.filter(user=mia.user).count() == 2, answers
    assert answers.count(302) == 1


def test_one_of_three_factors_removed_sixteen_times_at_once_is_removed_and_told_of_once() -> None:
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
        browser = signed_in(mia.user)
        _, spare = (Authenticator.enroll(mia.user, name=name) for name in ("tablet", "old phone"))
    typed = {"factor": spare.persistent_id}
    answers = at_once(browser, lambda window: window.post("/accounts/factors/remove/", typed).status_code)
    with acting_as_system():
        assert events("factor_removed") == 1, answers
        assert Letter.objects.filter(name="account_changed").count() == 1
        assert Authenticator.objects.filter(user=mia.user).count() == 2


def test_one_letter_s_code_sent_sixteen_times_at_once_changes_the_address_once() -> None:
    with acting_as_system():
        mia = add_team_member(add_company("northwind"), "mia", with_password=True)
    browser = signed_in(mia.user)
    assert browser.post("/accounts/email/", {"email": "mia.new@northwind.example"}).status_code == 302
    with acting_as_system():
        letter = Letter.objects.filter(name="email_code").get().opened().text
    found = re.search(r"\b\d{8}\b", letter)
    assert found
    answers = at_once(browser, lambda window: window.post("/accounts/email/code/", {"code": found[0]}).status_code)
    with acting_as_system():
        assert events("email_changed") == 1, answers
