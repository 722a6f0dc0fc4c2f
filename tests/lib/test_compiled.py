"""Queries whose SQL is made once: what is filled in counts, and nothing of an earlier asking stays."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import NotSupportedError, connection, connections, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from lantern.lib.compiled import CompiledQuery, IsAnyOf, Parameter, prepared_cursor
from participants.models import Member, Participant
from tests.world import add_company

pytestmark = pytest.mark.django_db

made: list[str] = []


@CompiledQuery
def companies() -> "QuerySet[Participant, Any]":
    made.append("a queryset")
    named = Q(slug=Parameter("slug")) | Q(name=Parameter("name"))
    return Participant.objects.filter(named, receive_only=False).order_by("slug").values_list("slug", "name")


@CompiledQuery
def people() -> "QuerySet[Member]":
    colleagues = Member.objects.filter(participant=OuterRef("participant")).exclude(pk=OuterRef("pk"))
    found = Member.objects.select_related("participant", "user").filter(IsAnyOf("participant", Parameter("companies")))
    labelled = Concat("user__name", Value(" 100% "), Parameter("label"))
    return found.annotate(has_colleagues=Exists(colleagues), label=labelled).order_by("pk")


@CompiledQuery
def slugs() -> "QuerySet[Participant]":
    return Participant.objects.only("slug").order_by("slug")[:1]


def prepared() -> list[str]:
    """What this connection keeps prepared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def test_each_asking_is_answered_for_its_own_values(northwind: Participant, harbor: Participant) -> None:
    assert companies.rows(slug="northwind", name="-") == [("northwind", "Northwind")]
    assert companies.rows(slug="northwind", name="Harbor") == [("harbor", "Harbor"), ("northwind", "Northwind")]
    assert companies.rows(slug="-", name="-") == []
    add_company("pixelforge")
    assert companies.rows(slug="pixelforge", name="-") == [("pixelforge", "Pixelforge")]


def test_the_queryset_is_made_once(northwind: Participant) -> None:
    for _ in range(3):
        companies.rows(slug="northwind", name="-")
    assert made == ["a queryset"]


def test_values_are_never_part_of_the_sql(northwind: Participant) -> None:
    assert companies.rows(slug="' OR true --", name="%s") == []


def test_a_parameter_that_was_forgotten_is_told(django_assert_num_queries: Any) -> None:
    companies.rows(slug="-", name="-")
    with django_assert_num_queries(0), pytest.raises(KeyError, match="name"):
        companies.rows(slug="northwind")


def test_rows_become_objects_with_what_is_selected_beside_them(
    alice: Member, bob: Member, django_assert_num_queries: Any
) -> None:
    expected = [*Member.objects.filter(participant=alice.participant_id).order_by("pk")]
    with django_assert_num_queries(1):
        found = people.objects(companies=[alice.participant_id], label="here")
        told = {(each.participant.slug, each.user.name, each.label, each.has_colleagues) for each in found}  # type: ignore[attr-defined]
    assert alice in found
    assert found == expected
    assert ("northwind", "Alice", "Alice 100% here", len(expected) > 1) in told
    assert bob not in found
    assert bob in people.objects(companies=[alice.participant_id, bob.participant_id], label="")
    assert people.first(companies=[alice.participant_id], label="") == expected[0]
    assert people.objects(companies=[], label="") == []
    assert people.first(companies=[], label="") is None


def test_columns_left_out_are_read_when_they_are_asked_for(
    northwind: Participant, django_assert_num_queries: Any
) -> None:
    (found,) = slugs.objects()
    with django_assert_num_queries(0):
        assert found.slug == "northwind"
    with django_assert_num_queries(1):
        assert found.name == "Northwind"


def test_it_is_prepared_once_and_what_is_fixed_stands_in_it(northwind: Participant) -> None:
    for slug in ("northwind", "harbor", "northwind"):
        companies.rows(slug=slug, name="-")
    (statement,) = [statement for statement in prepared() if "receive_only" in statement and "slug" in statement]
    assert "$1" in statement
    assert "northwind" not in statement


def test_a_statement_of_one_s_own_is_prepared_too(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2), prepared_cursor() as cursor:
        for number in (1, 2):
            cursor.execute("SELECT %s::int AS prepared_by_this_test", [number])
            assert cursor.fetchone() == (number,)
    assert [each for each in prepared() if "prepared_by_this_test" in each] == [
        "SELECT $1::int AS prepared_by_this_test"
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int AS bound_by_the_client", [1])
    assert not [each for each in prepared() if each.startswith("SELECT 1::int")]


def test_nothing_is_kept_of_statements_that_are_not_prepared(northwind: Participant) -> None:
    companies.rows(slug="northwind", name="-")
    assert connection.connection.prepare_threshold is None
    assert list(Participant.objects.filter(slug="nothing-is-kept-of-this")) == []
    assert "nothing-is-kept-of-this" not in str(vars(connection.connection._prepared))


@pytest.fixture
def longer_names() -> Iterator[Callable[[], None]]:
    """Makes a column longer, as a migration does while other connections are at work."""

    def change(length: int) -> None:
        with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as owner:
            owner.execute(f"ALTER TABLE participants_participant ALTER COLUMN name TYPE varchar({length})".encode())

    length = Participant._meta.get_field("name").max_length
    assert length
    yield lambda: change(length + 1)
    change(length)


@pytest.mark.django_db(transaction=True)
def test_a_column_that_becomes_longer_is_no_matter_outside_a_transaction(longer_names: Callable[[], None]) -> None:
    assert companies.rows(slug="-", name="-") == []
    longer_names()
    assert companies.rows(slug="-", name="-") == []


@pytest.mark.django_db(transaction=True)
def test_in_one_it_fails_once(longer_names: Callable[[], None]) -> None:
    with transaction.atomic():
        assert companies.rows(slug="-", name="-") == []
    longer_names()
    with pytest.raises(NotSupportedError), transaction.atomic():
        companies.rows(slug="-", name="-")
    with transaction.atomic():
        assert companies.rows(slug="-", name="-") == []
