"""Letters before training runs out: three of them, each once, to whoever still works here."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Letter
from participants.models import Member, TrainingNotice
from participants.training_letters import remind_of_training

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


def _written(member: Member) -> int:
    return Letter.objects.filter(user=member.user, name="training_ends").count()


def test_three_letters_are_written_each_once(alice: Member) -> None:
    ends = timezone.now() + YEAR
    for days, letters in ((40, 0), (30, 1), (29, 1), (7, 2), (1, 2), (0, 3)):
        for _ in range(2):
            remind_of_training(ends - timedelta(days=days))
        assert _written(alice) == letters, days
    assert list(TrainingNotice.objects.filter(member=alice).order_by("pk").values_list("days", flat=True)) == [30, 7, 0]


def test_a_clock_that_stood_still_writes_the_last_one_only(alice: Member) -> None:
    remind_of_training(timezone.now() + YEAR - timedelta(days=2))
    assert list(TrainingNotice.objects.filter(member=alice).values_list("days", flat=True)) == [7]


def test_whoever_has_no_place_any_more_gets_none(alice: Member, bob: Member) -> None:
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    remind_of_training(timezone.now() + YEAR - timedelta(days=2))
    assert (_written(alice), _written(bob)) == (1, 0)
