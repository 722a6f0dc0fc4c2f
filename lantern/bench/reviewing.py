"""How quickly a queue gives its next review, and shows its pages, when it is long and many ask at once.

Claims go through the service that the pages call, by as many processes as there are analysts, each with a connection of
its own; beside them stands the bare statement, asked by the same processes in the same run. Pages are made
whole, by their view.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache, partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections
from django.http import QueryDict
from django.test import RequestFactory

from accounts.services import add_person, enroll_authenticator
from audit.record import PORTAL
from lantern.bench.long_queue import seal_shown
from lantern.bench.measuring import Figure
from lantern.demo.people import complete_training
from lantern.lib.paging import PAGE
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, Participant, Role
from participants.policies import Action, group_keys, rights_asked_once
from participants.services import add_member
from reviews.care import ANY_SEVERITY
from reviews.claims import CLAIM_NEXT, claim_next, lease
from reviews.models import Review
from reviews.queue_filter import QueueFilter
from reviews.queue_page import page_behind
from reviews.views import queue
from signals.vocabulary import SEVERITIES

PAGES_SHOWN = 40
DEPTH = 100_000
NINETY_FIFTH = 0.95
PUT_AWAY = """
UPDATE reviews_review SET state = 'closed', closed_because = 'out_of_date', holder_id = NULL, held_until = NULL
WHERE id = %s AND holder_id = %s
"""


def add_analysts(number: int, company: Participant) -> list[Member]:
    """So many more analysts, trained and enrolled."""
    with acting_as_system():
        return [_analyst(f"bench{at}@{company.slug}.example", company) for at in range(number)]


def measure_pages(member: Member, size: int) -> Iterator[Figure]:
    """The queue, the queue narrowed, and a page far down, each with its list, counts and template."""
    for name, query in _asked(member, size).items():
        taken = sorted(_seconds(partial(_page, member, query)) for _ in range(PAGES_SHOWN))
        yield Figure(f"{name}_p95", 1000 * _p95(taken), f"ms, among {size}")


def measure_claims(analysts: list[Member], number: int) -> Iterator[Figure]:
    """`number` claims by all of `analysts` at once; before and after them a tenth as many by the bare statement."""
    few = max(len(analysts), number // 10)
    before, _ = _by_all(analysts, few, _bare)
    served, claimed = _by_all(analysts, number, _serve)
    after, _ = _by_all(analysts, few, _bare)
    bare = sorted([*before, *after])
    doubled = sum(times - 1 for times in Counter(claimed).values())
    yield Figure("claims_doubled", doubled, f"of {len(claimed)}, by {len(analysts)} connections")
    yield Figure("claim_p95_bare_sql", 1000 * _p95(bare), "ms, the statement alone, in its transaction")
    yield Figure("claim_p95", 1000 * _p95(sorted(served)), "ms, the service, in its transaction")
    yield Figure("claim_share_of_bare_sql", _p95(sorted(served)) / _p95(bare), "times the bare statement")


def _analyst(email: str, company: Participant) -> Member:
    person = add_person(email, name="Bench", password=None, by=PORTAL)
    enroll_authenticator(person, by=PORTAL)
    member = add_member(company, person, role=Role.ANALYST, by=PORTAL)
    complete_training(member)
    return member


def _asked(member: Member, size: int) -> dict[str, str]:
    """What each page is asked for. What it will show has a value of its own from here on."""
    with _as(member):
        deep = Review.objects.visible_to(member).due().values_list("pk", flat=True)[min(DEPTH, max(0, size - 2 * PAGE))]
        asked = {
            "queue_page": "",
            "queue_page_filtered": f"?severity={SEVERITIES['high'].rank}&kind=url",
            "queue_page_by_harm": "?harm=grooming&age=older",
            "queue_page_deep": f"?after={deep}",
        }
        shown = [key for query in asked.values() for key in _keys(member, QueryDict(query.removeprefix("?")))]
    seal_shown(shown, to=member)
    return asked


def _keys(member: Member, query: QueryDict) -> list[UUID]:
    """The reviews on the page."""
    last = Review.objects.get(pk=str(query["after"])) if "after" in query else None
    return [row.id for row in page_behind(last, QueueFilter(query, member=member), member, PAGE)]


def _page(member: Member, query: str) -> None:
    request = RequestFactory().get(f"/reviews/{query}")
    about = {"user": member.user, "session": {}, "member": member}
    vars(request).update(about, resolver_match=SimpleNamespace(view_name="reviews:queue"))
    with _as(member), rights_asked_once():  # as the gate asks
        assert queue(request).status_code == 200


def _by_all(analysts: list[Member], number: int, claim: Callable[[Member], UUID]) -> tuple[list[float], list[UUID]]:
    """How long each claim took and what it was for, by one process to each analyst, all of them at once."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    gate, told = fork.Barrier(len(analysts)), fork.SimpleQueue()
    each = max(1, number // len(analysts))
    children = [fork.Process(target=_claims, args=(member, each, claim, gate, told)) for member in analysts]
    for child in children:
        child.start()
    results = [told.get() for _ in children]
    for child in children:
        child.join()
    return [taken for times, _ in results for taken in times], [key for _, keys in results for key in keys]


def _claims(member: Member, number: int, claim: Callable[[Member], UUID], gate: Any, told: Any) -> None:
    """One process: claim, put away what was claimed as nobody else's, and again."""
    times, keys = [], []
    with acting_as_system():  # the connection is there before the clock runs
        pass
    gate.wait()
    for _ in range(number):
        started = time.perf_counter()
        with _as(member):
            key = claim(member)
        times.append(time.perf_counter() - started)
        keys.append(key)
        with acting_as_system(), connection.cursor() as cursor:
            cursor.execute(PUT_AWAY, [key, member.pk])
            assert cursor.rowcount == 1, "somebody else holds it as well"
    told.put((times, keys))


def _serve(member: Member) -> UUID:
    review = claim_next(by=member)
    assert review is not None, "the queue is empty"
    return review.pk


def _bare(member: Member) -> UUID:
    values: dict[str, Any] = {"member": member.pk, "participant": member.participant_id, "lease": lease()}
    values |= {"groups": _groups(member.pk), "left_out": [], "below": ANY_SEVERITY, "most": settings.CLAIMS_PER_MEMBER}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_NEXT, values)
        row = cursor.fetchone()
    assert row, "the queue is empty"
    return UUID(str(row[0]))


@cache
def _groups(member_id: int) -> list[int]:
    """Read once in each process, so that it is not in what is measured for long."""
    member = Member.objects.select_related("user", "participant__auth_group").get(pk=member_id)
    return group_keys(member, Action.DECIDE)


def _as(member: Member) -> AbstractContextManager[None]:
    return acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)


def _p95(times: list[float]) -> float:
    return times[int(len(times) * NINETY_FIFTH)]


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
