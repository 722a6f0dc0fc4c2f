"""What tests plant is what the legal way leaves: row by row, in every table but the record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import BinaryField, DateTimeField, Field, UUIDField

from audit.record import PORTAL
from participants.models import ParticipantState, Role
from participants.services import add_participant, default_group
from tests.planted import PASSWORD, plant_company, plant_member
from tests.world import bring_to, join_team

pytestmark = pytest.mark.django_db

UNTOLD = (DateTimeField, UUIDField, BinaryField)  # moments, random names and what is sealed


def _told(row: Any, slug: str) -> str:
    told = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if _differs(field):
            told[field.name] = str(value is not None)
        else:
            told[field.name] = str(value).replace(slug.title(), "Name").replace(slug, "slug")
    return str(told)


def _differs(field: "Field[Any, Any]") -> bool:
    return field.primary_key or field.is_relation or isinstance(field, UNTOLD) or field.name == "password"


def _left_by(make: Callable[[], object], slug: str) -> dict[str, list[str]]:
    models = [model for model in apps.get_models() if model._meta.managed and model._meta.app_label != "audit"]
    before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in models}
    make()
    left = {}
    for model, known in before.items():
        new = [row for row in model._base_manager.order_by("pk") if row.pk not in known]
        if new:
            left[model._meta.label] = sorted(_told(row, slug) for row in new)
    return left


@pytest.mark.parametrize("receive_only", [False, True])
def test_a_planted_company_is_one_that_went_the_legal_way(receive_only: bool) -> None:
    default_group(by=PORTAL)
    facts: dict[str, Any] = {"receive_only": receive_only, "services": ["tiderock"], "industry": "games"}

    def legally() -> None:
        company = add_participant("meadow", name="Meadow", by=PORTAL, **facts)
        bring_to(company, ParticipantState.ACTIVE)

    legal = _left_by(legally, "meadow")
    assert legal == _left_by(lambda: plant_company("tundra", **facts), "tundra")
    assert len(legal["participants.TrainingRecord"]) > 2


@pytest.mark.parametrize("facts", [{}, {"password": PASSWORD}, {"trained": False}, {"role": Role.LEAD}])
def test_a_planted_member_is_one_whom_the_services_made(facts: dict[str, Any]) -> None:
    company = plant_company("meadow")
    asked = {"role": Role.ANALYST, **facts}
    legal = _left_by(lambda: join_team(company, "una", **asked), "una")
    assert legal == _left_by(lambda: plant_member(company, "ugo", **asked), "ugo")
    assert legal["participants.Member"]
