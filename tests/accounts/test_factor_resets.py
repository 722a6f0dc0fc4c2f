"""A lost factor is reset by two of the staff, at their desk too."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.factors import (
    NotWaiting,
    SamePerson,
    ask_factor_reset,
    confirm_factor_reset,
    make_recovery_codes,
    strong_factors,
    withdraw_factor_reset,
)
from accounts.models import CoalitionRole, FactorReset, RecoverySheet, User
from accounts.models.factor_reset import OPEN_FOR
from participants.models import Member
from participants.sign_in_admin import ANOTHER
from tests.accounts.way_in import code_of, events, grow_stale, is_in, letters
from tests.world import add_staff, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rio() -> User:
    """The second of the staff."""
    return add_staff("rio", CoalitionRole.STAFF)


def test_two_of_the_staff_reset_a_lost_factor(alice: Member, as_alice: Client, sam: User, rio: User) -> None:
    make_recovery_codes(alice.user, by=alice)
    reset = ask_factor_reset(alice.user, reason="Called her back", by=sam)
    assert is_in(as_alice)
    for person in (sam, alice.user):
        with pytest.raises(SamePerson):
            confirm_factor_reset(reset, by=person)
    confirm_factor_reset(reset, by=rio)
    assert strong_factors(alice.user) == []
    assert not RecoverySheet.objects.filter(user=alice.user).exists()
    assert not is_in(as_alice)
    with pytest.raises(NotWaiting):
        confirm_factor_reset(reset, by=rio)
    assert (events("factor_reset_asked"), events("factor_reset_confirmed")) == (1, 1)
    assert "Your factors were removed by the coalition" in letters()


def test_a_reset_is_not_asked_for_oneself_nor_by_others_than_staff(sam: User, ada: User, alice: Member) -> None:
    for person, by in ((sam, sam), (alice.user, ada), (sam, alice.user)):
        with pytest.raises(SamePerson):
            ask_factor_reset(person, reason="", by=by)


def test_what_is_asked_twice_in_the_same_words_is_one_reset(alice: Member, sam: User, rio: User) -> None:
    reset = ask_factor_reset(alice.user, reason="Called her back", by=sam)
    assert ask_factor_reset(alice.user, reason="Called her back", by=sam) == reset
    assert events("factor_reset_asked") == 1
    assert letters() == ["The coalition was asked to remove your factors"]
    assert ask_factor_reset(alice.user, reason="Saw her", by=rio) != reset


def test_a_reset_runs_out_and_can_be_withdrawn(alice: Member, sam: User, rio: User) -> None:
    late = ask_factor_reset(alice.user, reason="", by=sam)
    FactorReset.objects.filter(pk=late.pk).update(asked_at=timezone.now() - OPEN_FOR)
    gone = ask_factor_reset(alice.user, reason="", by=sam)
    withdraw_factor_reset(gone, by=rio)
    for reset in (late, gone):
        with pytest.raises(NotWaiting):
            confirm_factor_reset(reset, by=rio)
    assert strong_factors(alice.user) != []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"person": "sam"}, "not_asked_for_oneself"),
        ({"confirmed_by": "sam", "confirmed_at": True}, "confirmed_by_another"),
        ({"confirmed_by": "alice", "confirmed_at": True}, "confirmed_by_another"),
        ({"confirmed_at": True}, "confirmed_by_somebody"),
        ({"confirmed_by": "rio"}, "confirmed_by_somebody"),
    ],
)
def test_the_database_holds_the_two_apart(
    change: dict[str, object], name: str, alice: Member, sam: User, rio: User
) -> None:
    people = {"alice": alice.user, "sam": sam, "rio": rio}
    reset = ask_factor_reset(alice.user, reason="", by=sam)
    values = {key: timezone.now() if value is True else people[str(value)] for key, value in change.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FactorReset.objects.filter(pk=reset.pk).update(**values)


def _told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_staff_reset_at_the_desk(alice: Member, sam: User, rio: User) -> None:
    desk, other = signed_in(sam), signed_in(rio)
    add = "/admin/accounts/factorreset/add/"
    assert desk.get(add).status_code == 200
    assert desk.post(add, {"person": sam.pk, "reason": "mine"}).status_code == 200
    assert desk.post(add, {"person": alice.user_id, "reason": "Called her back"}).status_code == 302
    reset = FactorReset.objects.get()
    page = f"/admin/accounts/factorreset/{reset.pk}/change/"
    desk.get("/admin/")  # it tells what was said so far
    assert _told(desk.post(page, {"answer": "confirm"}, follow=True)) == [ANOTHER]
    assert strong_factors(alice.user) != []
    grow_stale(other)
    assert other.post(page, {"answer": "confirm"})["Location"].startswith("/accounts/confirm/?next=%2Faccounts%2Fkept")
    assert strong_factors(alice.user) != []
    assert other.post("/accounts/confirm/?next=/accounts/kept/", {"code": code_of(rio)}).status_code == 302
    assert other.post(page, {"answer": "confirm"}).status_code == 302
    assert strong_factors(alice.user) == []
