"""Factors: the first one, more of them, recovery codes, and how each is lost."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enrolment import shown
from accounts.factors import LastFactor, make_recovery_codes, remove_factor, spend_code, strong_factors
from accounts.models import Authenticator, RecoveryCode, RecoverySheet, User
from accounts.services import add_person
from audit.record import PORTAL
from participants.models import Member, Participant, Role
from participants.services import add_member
from tests.accounts.way_in import code_on, events, give_password, is_in, letters
from tests.world import PASSWORD, new_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(northwind: Participant) -> Member:
    """A member who has no factor yet."""
    person = add_person("noor@northwind.example", name="Noor", password=PASSWORD, by=PORTAL)
    return add_member(northwind, person, role=Role.ANALYST, by=PORTAL)


def test_somebody_without_a_factor_sets_one_up_and_is_shown_recovery_codes_once(noor: Member) -> None:
    browser = new_browser()
    give_password(browser, noor.user.email)
    assert browser.get("/accounts/code/")["Location"] == "/accounts/enroll/"
    page = browser.get("/accounts/enroll/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert browser.get("/accounts/enroll/").content.decode().count(code_on(page)) == 0
    answer = browser.post("/accounts/enroll/", {"code": code_on(page)})
    codes = re.findall(r"<li>([a-z0-9-]{14})</li>", answer.content.decode())
    assert len(set(codes)) == 10
    assert is_in(browser)
    assert browser.get("/accounts/enroll/")["Location"] == "/accounts/login/"
    assert sorted(letters()) == ["An authenticator was added to your account", "New recovery codes were made"]
    assert all(code not in str(row.digest) for code in codes for row in RecoveryCode.objects.all())
    other = new_browser()
    give_password(other, noor.user.email)
    assert other.post("/accounts/code/", {"code": codes[3].upper()}).status_code == 302
    assert is_in(other)
    again = new_browser()
    give_password(again, noor.user.email)
    assert again.post("/accounts/code/", {"code": codes[3]}).status_code == 422
    assert not is_in(again)


def test_a_wrong_first_code_sets_nothing_up(noor: Member) -> None:
    browser = new_browser()
    give_password(browser, noor.user.email)
    right = code_on(browser.get("/accounts/enroll/").content.decode())
    wrong = f"{(int(right) + 77_777) % 1_000_000:06d}"
    assert browser.post("/accounts/enroll/", {"code": wrong}).status_code == 422
    assert strong_factors(noor.user) == []
    assert not is_in(browser)


def test_whoever_has_a_factor_cannot_set_up_a_first_one(alice: Member) -> None:
    alice.user.set_password(PASSWORD)
    alice.user.save()
    browser = new_browser()
    give_password(browser, alice.user.email)
    assert browser.get("/accounts/enroll/")["Location"] == "/accounts/code/"
    assert browser.post("/accounts/enroll/", {"code": "123456"})["Location"] == "/accounts/code/"


def test_a_second_authenticator_is_added_and_the_first_removed(alice: Member, as_alice: Client) -> None:
    page = as_alice.get("/accounts/authenticators/new/").content.decode()
    taken = {"name": "authenticator", "code": code_on(page)}
    assert as_alice.post("/accounts/authenticators/new/", taken).status_code == 422
    assert as_alice.post("/accounts/authenticators/new/", {**taken, "name": "tablet"}).status_code == 302
    first, second = strong_factors(alice.user)
    assert (first.name, second.name) == ("authenticator", "tablet")
    assert as_alice.post("/accounts/factors/remove/", {"factor": first.persistent_id}).status_code == 302
    assert not is_in(as_alice), "the session was entered with the factor that is gone"
    assert letters() == ["An authenticator was added to your account", "An authenticator was removed"]
    with pytest.raises(LastFactor):
        remove_factor(alice.user, second, by=alice)


def test_nobody_removes_the_factor_of_somebody_else(alice: Member, bob: Member, as_alice: Client) -> None:
    foreign = strong_factors(bob.user)[0]
    as_alice.post("/accounts/factors/remove/", {"factor": foreign.persistent_id})
    assert strong_factors(bob.user) == [foreign]


def test_new_recovery_codes_end_the_old(alice: Member) -> None:
    old = make_recovery_codes(alice.user, by=alice)
    new = make_recovery_codes(alice.user, by=alice)
    assert spend_code(alice.user, old[0]) is None
    RecoverySheet.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert spend_code(alice.user, new[0]) is not None
    assert RecoverySheet.objects.get().left() == 9
    assert (events("recovery_codes_made"), events("recovery_code_spent")) == (2, 1)


def test_a_recovery_code_of_somebody_else_is_refused(alice: Member, bob: Member) -> None:
    codes = make_recovery_codes(alice.user, by=alice)
    make_recovery_codes(bob.user, by=bob)
    assert spend_code(bob.user, codes[0]) is None


def _failures(person: User) -> list[int]:
    return list(
        Authenticator.objects.filter(user=person).order_by("pk").values_list("throttling_failure_count", flat=True)
    )


def test_a_code_of_one_authenticator_counts_as_no_failure_of_the_others(alice: Member) -> None:
    spare, used = Authenticator.objects.get(user=alice.user), Authenticator.enroll(alice.user, name="tablet")
    for _ in range(3):
        Authenticator.objects.filter(pk=used.pk).update(last_step=-1)
        assert spend_code(alice.user, used.current_code()) == used
    assert _failures(alice.user) == [0, 0]
    assert spend_code(alice.user, spare.current_code()) == spare


def test_a_wrong_code_counts_with_every_authenticator_until_its_own_code_comes(alice: Member) -> None:
    spare, used = Authenticator.objects.get(user=alice.user), Authenticator.enroll(alice.user, name="tablet")
    spare.refresh_from_db()
    spare_code, used_code = spare.current_code(), used.current_code()
    wrong = next(code for code in ("000000", "111111", "222222") if code not in (spare_code, used_code))
    assert spend_code(alice.user, wrong) is None
    assert _failures(alice.user) == [1, 1]
    assert spend_code(alice.user, used_code) is None, "it has to wait"
    Authenticator.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=1))
    assert spend_code(alice.user, used_code) == used
    assert _failures(alice.user) == [1, 0]
    assert spend_code(alice.user, used_code) is None
    assert _failures(alice.user) == [2, 1]


def test_what_the_page_shows_is_what_the_app_takes() -> None:
    seen = shown(b"12345678901234567890", "mia@northwind.example")
    assert seen.secret == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"  # RFC 6238, appendix B
    assert seen.picture.startswith("<svg")


@pytest.mark.parametrize("model", ["socialaccount/socialapp", "django_otp_webauthn/webauthncredential"])
def test_the_desk_shows_nothing_of_the_libraries(as_sam: Client, model: str) -> None:
    assert as_sam.get(f"/admin/{model}/").status_code in (403, 404)
    assert model not in as_sam.get("/admin/").content.decode()
