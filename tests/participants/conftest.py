"""A company's admin, for the tests of what admins do."""

import pytest
from django.test import Client

from participants.models import Member, Participant, Role
from tests.world import add_team_member, signed_in


@pytest.fixture
def adam(northwind: Participant) -> Member:
    """Northwind's admin."""
    return add_team_member(northwind, "adam", Role.ADMIN)


@pytest.fixture
def as_adam(adam: Member) -> Client:
    """Adam's browser."""
    return signed_in(adam.user)
