"""Feedback between two companies, for the tests of what follows it."""

import pytest

from participants.models import Member
from reviews.models import Feedback
from tests.reviews.following import decide, dismissed, practise, send


@pytest.fixture
def no_sample(bob: Member) -> None:
    """None of what Bob's company decides is drawn for a second look."""
    practise(bob)


@pytest.fixture
def asked(no_sample: None, alice: Member, bob: Member) -> Feedback:
    """Bob's company wants to know more about what Alice shared."""
    decide(bob, alice, dismissed("not_enough_information"))
    send()
    return Feedback.objects.get()
