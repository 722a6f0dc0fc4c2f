"""Queries whose SQL is made once: what is filled in counts, and nothing of an earlier asking stays."""

from typing import Any

import pytest
from django.db.models import Q, QuerySet

from lantern.lib.compiled import CompiledQuery, Parameter
from participants.models import Participant
from tests.world import add_company

pytestmark = pytest.mark.django_db

made: list[str] = []


@CompiledQuery
def companies() -> "QuerySet[Participant, Any]":
    made.append("a queryset")
    named = Q(slug=Parameter("slug")) | Q(name=Parameter("name"))
    return Participant.objects.filter(named, receive_only=False).order_by("slug").values_list("slug", "name")


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
