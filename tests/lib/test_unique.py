"""What is taken is told by the name of its constraint, and nothing else is."""

import pytest
from django.db import IntegrityError

from lantern.lib.unique import unless_taken
from participants.models import Participant
from participants.services import NAME_KEY, NameTaken

pytestmark = pytest.mark.django_db


def test_what_is_taken_is_refused_and_the_transaction_goes_on(northwind: Participant, harbor: Participant) -> None:
    with pytest.raises(NameTaken), unless_taken(NameTaken, NAME_KEY):
        Participant.objects.filter(pk=northwind.pk).update(services=["post"])
        Participant.objects.filter(pk=northwind.pk).update(name=harbor.name)
    assert Participant.objects.get(pk=northwind.pk).services == northwind.services


@pytest.mark.parametrize("changed", [{"slug": "harbor"}, {"industry": "none"}])
def test_whatever_else_the_database_refuses_stays_what_it_is(
    northwind: Participant, harbor: Participant, changed: dict[str, str]
) -> None:
    with pytest.raises(IntegrityError), unless_taken(NameTaken, NAME_KEY):
        Participant.objects.filter(pk=northwind.pk).update(**changed)
