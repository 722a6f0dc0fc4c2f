"""How quickly the year's figures come over many decisions, beside one sequential count of the same table.

Everything is planted (`lantern.bench.planting`), and measured by what the report calls.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.db import connection

from lantern.bench.measuring import Figure
from lantern.bench.planting import plant
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, SharingGroup
from transparency.facts import facts_of_events, since_the_beginning
from transparency.figures import FIGURES
from transparency.periods import Period
from transparency.rollups import close_months, facts_of

TABLES = ("signals_signal", "signals_contribution", "reviews_review", "reviews_decision")
SEQUENTIAL = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL enable_indexonlyscan = off"

PLANT = """
WITH planted AS (
    INSERT INTO signals_signal (id, sharing_group_id, kind, service, fingerprint, value, severity, harm_types, tlp,
        contributor_count, routing_due, relations_due, first_shared_at)
    SELECT gen_random_uuid(), %(group)s, (ARRAY['email', 'url', 'sha256'])[1 + n %% 3], '', gen_random_uuid(), '-', 2,
        ARRAY['grooming'], 2, 1, false, false, %(start)s::timestamptz + random() * interval '300 days'
    FROM generate_series(1, %(number)s) n RETURNING id, first_shared_at
), said AS (
    INSERT INTO signals_contribution (id, signal_id, sharing_group_id, participant_id, shared_by_id, harm_types,
        severity, observed_at, policy, tlp, expires_at, state, shared_at)
    SELECT gen_random_uuid(), id, %(group)s, %(participant)s, %(user)s, ARRAY['grooming'], 2, first_shared_at, '', 2,
        first_shared_at + interval '2 years', 'in_force', first_shared_at FROM planted
), reviews AS (
    INSERT INTO reviews_review (id, participant_id, signal_id, state, priority, created_at)
    SELECT gen_random_uuid(), %(participant)s, id, 'decided', 0, first_shared_at FROM planted RETURNING id, created_at
)
INSERT INTO reviews_decision (id, review_id, participant_id, decided_by_id, verdict, dismissal, policy, reason,
    decided_at)
SELECT gen_random_uuid(), id, %(participant)s, %(member)s, 'dismissed',
    (ARRAY['no_violation', 'not_on_platform', 'already_known'])[1 + floor(random() * 3)::int], '', '',
    created_at + random() * interval '20 days' FROM reviews
"""


def plant_decisions(number: int, member: Member, year: int) -> None:
    """Put `number` decisions of a year into the tables."""
    with acting_as_system():
        group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG)
    values = {"group": group.pk, "participant": member.participant_id, "user": member.user_id, "member": member.pk}
    plant(PLANT, {**values, "start": datetime(year, 1, 1, tzinfo=UTC)}, number, TABLES)


def measure(year: int) -> Iterator[Figure]:
    """The count, the figures from the events, and from the months that are kept."""
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reviews_decision")
        (number,) = cursor.fetchone()
        cursor.execute(SEQUENTIAL)
        counted = min(_seconds(lambda: cursor.execute("SELECT count(*) FROM reviews_decision")) for _ in range(3))
    yield Figure("count_decisions", 1000 * counted, f"ms, one sequential count of {number}")
    period = Period.year(year)
    with acting_as_system():
        yield Figure("figures_from_events", 1000 * _seconds(lambda: facts_of_events(period)), "ms, no month kept")
    yield Figure("months_closed", 1000 * _seconds(close_months), "ms, once")

    def figures() -> None:
        with acting_as_system():
            facts, ever = facts_of(period), facts_of(since_the_beginning(period))
            for figure in FIGURES.values():
                figure.numbers(facts)
                figure.numbers(ever)

    taken = min(_seconds(figures) for _ in range(3))
    yield Figure("figures_of_the_year", 1000 * taken, "ms, all figures, in the year and cumulative")
    yield Figure("figures_to_count", taken / counted, "times one count; at most 5 over 10 million decisions")


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
