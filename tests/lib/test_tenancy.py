"""The tenant of a transaction: set, nested, restored, and gone with it."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError

from lantern.lib.tenancy import Scope, Tenancy, acting, acting_as_system, current, narrow
from participants.models import Participant
from tests.world import add_company

Told = tuple[str, str, str]
SETTINGS = "SELECT " + ", ".join(
    f"coalesce(current_setting('lantern.{name}', true), '')" for name in ("scope", "participant", "user")
)


def _told() -> Told:
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        scope, participant, user = cursor.fetchone()
    return scope, participant, user


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_on_the_connection() -> None:
    assert _told() == ("", "", "")
    with acting(Scope.MEMBER, participant_id=7, user_id=8):
        assert _told() == ("member", "7", "8")
        assert current() == Tenancy(Scope.MEMBER, 7, 8)
    assert _told() == ("", "", "")
    assert current() == Tenancy()


@pytest.mark.django_db(transaction=True)
def test_inner_tenants_end_with_their_block() -> None:
    with acting(Scope.MEMBER, participant_id=7, user_id=8):
        with acting_as_system():
            assert _told() == ("system", "", "")
            with acting(Scope.PUBLIC):
                assert _told() == ("public", "", "")
            assert _told() == ("system", "", "")
        assert _told() == ("member", "7", "8")
    assert _told() == ("", "", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", [True, False])
def test_an_exception_restores_the_outer_tenant(broken: bool) -> None:
    """Whether it came from Python or left the transaction in tatters."""
    with acting(Scope.MEMBER, participant_id=7, user_id=8):
        with pytest.raises((DataError, KeyError)), acting_as_system():
            if broken:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
            raise KeyError
        assert _told() == ("member", "7", "8")
    with pytest.raises(KeyError), acting_as_system():
        raise KeyError
    assert (_told(), current()) == (("", "", ""), Tenancy())


@pytest.mark.django_db(transaction=True)
def test_an_exception_takes_the_work_back() -> None:
    with pytest.raises(KeyError), acting_as_system():
        add_company("northwind")
        raise KeyError
    with acting_as_system():
        assert not Participant.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_block_marked_for_rollback_ends_quietly() -> None:
    with acting_as_system():
        add_company("northwind")
        transaction.set_rollback(True)
    with acting_as_system():
        assert not Participant.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_sees_nothing() -> None:
    with acting_as_system():
        add_company("northwind")
        assert Participant.objects.count() == 1
    assert Participant.objects.count() == 0
    with acting(Scope.NOBODY):
        assert Participant.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_constraints_put_off_are_checked_as_the_tenant_that_wrote() -> None:
    """Before an inner block of another tenant begins, which might not see the rows they are about."""
    statement = (
        "INSERT INTO participants_member (participant_id, user_id, role, is_active)"
        " VALUES (%s, 999999, 'analyst', true)"
    )
    with pytest.raises(IntegrityError), acting_as_system():
        company = add_company("northwind")
        with connection.cursor() as cursor:
            cursor.execute(statement, [company.pk])
        with acting(Scope.PUBLIC):
            pytest.fail("the inner block must not begin")


@pytest.mark.django_db(transaction=True)
def test_a_block_within_its_like_tells_the_database_nothing(django_assert_num_queries: Any) -> None:
    with acting_as_system():
        with django_assert_num_queries(2), acting_as_system():  # its savepoint, and the end of it
            assert current() == Tenancy(Scope.SYSTEM)
        assert (_told(), current()) == (("system", "", ""), Tenancy(Scope.SYSTEM))


@pytest.mark.django_db(transaction=True)
def test_a_block_narrowed_ends_as_what_it_was_before() -> None:
    with acting(Scope.USER, user_id=8):
        with acting(Scope.USER, user_id=8):
            narrow(Scope.MEMBER, participant_id=7, user_id=8)
            assert (_told(), current()) == (("member", "7", "8"), Tenancy(Scope.MEMBER, 7, 8))
        assert (_told(), current()) == (("user", "", "8"), Tenancy(Scope.USER, None, 8))
    assert (_told(), current()) == (("", "", ""), Tenancy())


@pytest.mark.django_db(transaction=True)
def test_without_a_savepoint_an_error_takes_the_transaction_around_it_along() -> None:
    with pytest.raises(DataError), acting(Scope.MEMBER, participant_id=7, user_id=8):
        with pytest.raises(DataError), acting_as_system(savepoint=False), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert current() == Tenancy(Scope.MEMBER, 7, 8)
        assert connection.needs_rollback
        raise DataError
    assert (_told(), current()) == (("", "", ""), Tenancy())
