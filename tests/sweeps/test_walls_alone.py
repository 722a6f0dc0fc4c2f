"""The sweep over what is another's once more, with the application's own filters taken out: the walls alone hold."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from lantern import middleware
from lantern.lib.compiled import CompiledQuery, IsAnyOf
from lantern.lib.tenancy import acting_as_system
from participants import policies
from participants.models import SharingGroup
from signals.models import Contribution
from tests.sweeps.asking import World, address, asked
from tests.sweeps.pages import MISSING, PAGES, PERSONS, SENT_AWAY

pytestmark = pytest.mark.django_db

# The conditions by which the application itself keeps to one participant and its groups.
OWN_FILTERS = {"participant", "participant_id", "sharing_group", "sharing_group_id", "sharing_group__in"}
# What a company's colleagues do not see of each other either: narrowed by person, which stays.
PERSONAL = {"filter", "lookup", "notification"}
LISTS = [name for name, page in PAGES.items() if page.method == "get" and not page.about and page.answer == 200]


@contextmanager
def without_filters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No query narrows itself to a participant or a sharing group, and every group is everybody's.

    Those whose SQL is made once are made anew at each asking.
    """
    really = QuerySet._filter_or_exclude_inplace  # type: ignore[attr-defined]
    statement = CompiledQuery.__dict__["_statement"].func
    with acting_as_system():
        every_group = [*SharingGroup.objects.values_list("pk", flat=True)]

    def unnarrowed(self: Any, negate: bool, args: Any, kwargs: Any) -> Any:
        if negate:
            return really(self, negate, args, kwargs)
        kept = {name: value for name, value in kwargs.items() if not _is_own((name, value))}
        return really(self, negate, tuple(_unnarrowed(each) for each in args), kept)

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "_filter_or_exclude_inplace", unnarrowed)
        patch.setattr(CompiledQuery, "_statement", property(statement))
        patch.setattr(policies, "_granted", lambda *_: every_group)
        yield


def _unnarrowed(condition: Any) -> Any:
    if not isinstance(condition, Q) or condition.negated:
        return condition
    left = [_unnarrowed(each) for each in condition.children if not _is_own(each)]
    return Q(*left, _connector=condition.connector)


def _is_own(condition: Any) -> bool:
    """Whether a condition keeps to one participant or its groups; of the row itself, or of what belongs to it."""
    if isinstance(condition, IsAnyOf):
        place: Any = condition.source_expressions[0]  # an F
        return place.name.rpartition("__")[2] in OWN_FILTERS
    if not isinstance(condition, tuple):
        return False
    name = condition[0]
    return name in OWN_FILTERS or name == "signal__sharing_group__in"


def _foreign(world: World, persons: Iterable[str] = PERSONS) -> dict[tuple[str, str], int]:
    """What is answered about another's objects, where it is neither a 404 nor the way to sign in."""
    # What is said in a group that one is in can be read anyway: here, of a group that one is not in.
    hidden = {**world.others, "contribution": Contribution.objects.get(signal__pk=str(world.others["signal"])).pk}
    told = {}
    for name in (name for name, page in PAGES.items() if page.about):
        for person in persons:
            status, _ = asked(world.browser(person), PAGES[name].method, address(name, hidden))
            if status != (302 if person in SENT_AWAY else 404):
                told[name, person] = status
    return told


def test_walls_alone_hide_what_is_another_s(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with without_filters(monkeypatch):
        assert _foreign(world) == {}


def test_walls_alone_keep_what_is_another_s_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Harbor's contribution to an open group can be read at Northwind, and not be taken back or corrected there."""
    said = Contribution.objects.get(pk=str(world.others["contribution"]))
    with (
        without_filters(monkeypatch),
        pytest.raises(IntegrityError, match="withdrawal_is_of_ones_own"),
        transaction.atomic(),
    ):
        world.browser("admin").post(reverse("signals:withdraw", args=[said.pk]), {"reason": "mistake"})
    assert Contribution.objects.get(pk=said.pk).state == said.state == "in_force"


def test_walls_alone_keep_lists_to_one_s_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = [str(key) for about, key in world.others.items() if about not in MISSING]
    wrong = {}
    with without_filters(monkeypatch):
        for name in LISTS:
            for person in PAGES[name].who:
                answer = world.browser(person).get(reverse(name))
                told = [key for key in foreign if key in answer.content.decode()]
                if answer.status_code != 200 or told:
                    wrong[name, person] = answer.status_code, told
    assert wrong == {}


def test_without_filters_and_without_walls_everything_would_be_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the two tests above can fail: past the walls, the same requests are answered."""
    monkeypatch.setattr(middleware, "acting", lambda *_, **__: acting_as_system())
    monkeypatch.setattr(middleware, "narrow", lambda *_, **__: None)
    with without_filters(monkeypatch):
        told = {name for name, _ in _foreign(world, ["analyst", "admin"])}
    concerned = {
        name for name, page in PAGES.items() if page.about and page.about not in PERSONAL | {"module", "checkpoint"}
    }
    assert concerned - told == set()
