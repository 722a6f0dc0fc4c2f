"""A queue as long as one likes, planted by statements that only a benchmark may use.

The owner of the database writes straight into the tables, millions of rows at a time, and builds the indexes that are
no constraints afterwards. All values are one sealed stand-in, which nobody can open as theirs: whoever shows rows has
to have `seal_shown` seal those first, and a page that shows any other fails.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from lantern.bench.measuring import on_behalf_of
from lantern.lib.ids import new_id
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, SharingGroup
from reviews.models import Review
from signals.models import Signal
from signals.models.contribution import ContributionState
from signals.models.signal import seal_value

PORTION = 1_000_000
TABLES = ("signals_signal", "signals_contribution", "reviews_review")
SHOWN = {"email": "person{}@mail.example", "username": "person{}", "url": "https://files.example/{}"}

INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique
"""
# Foreign keys are not asked about: what the rows name was planted just before.
PLANTING = "SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off"
# Kinds, harms and severities as often as one another, but for the usual severity; the newest is not the last planted.
PLANT = """
WITH planted AS (
    INSERT INTO signals_signal (id, sharing_group_id, kind, service, fingerprint, value, severity, harm_types, tlp,
        contributor_count, routing_due, relations_due)
    SELECT lantern_new_id(), %(group)s, kind, CASE kind WHEN 'username' THEN 'northwind' ELSE '' END, lantern_new_id(),
        %(value)s, (ARRAY[1, 2, 2, 2, 3, 4])[1 + floor(random() * 6)::int],
        ARRAY[(ARRAY['grooming', 'financial_sextortion', 'csam_distribution'])[1 + floor(random() * 3)::int]],
        2, 1, false, false
    FROM generate_series(1, %(number)s) n, LATERAL (SELECT (%(kinds)s::text[])[1 + n %% 3] AS kind) k
    RETURNING id, severity, harm_types
), said AS (
    INSERT INTO signals_contribution (id, signal_id, sharing_group_id, participant_id, shared_by_id, harm_types,
        severity, observed_at, policy, tlp, expires_at, state)
    SELECT lantern_new_id(), id, %(group)s, %(sender)s, %(user)s, harm_types, severity, now(), '', 2,
        now() + interval '2 years', %(state)s FROM planted
)
INSERT INTO reviews_review (id, participant_id, signal_id, state, priority, created_at)
SELECT lantern_new_id(), %(reader)s, id, 'open', severity * 100 + 1, now() - random() * interval '90 days' FROM planted
"""


def plant_reviews(number: int, *, of: Member, to: Participant) -> None:
    """Put `number` signals of `of`'s participant into the default group, and a review of each into `to`'s queue."""
    with acting_as_system():
        group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG).pk
    values: dict[str, Any] = {"group": group, "sender": of.participant_id, "user": of.user_id, "reader": to.pk}
    values["kinds"] = list(SHOWN)
    values |= {"state": ContributionState.IN_FORCE.value, "value": seal_value("nobody@mail.example", new_id())}
    with _without_indexes():
        for portion in _portions(number):
            with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
                cursor.execute(PLANTING)
                cursor.execute(PLANT, {**values, "number": portion})
    with connections["owner"].cursor() as cursor:  # what autovacuum does after so many rows, and not while one measures
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")


def seal_shown(reviews: Iterable[UUID], *, to: Member) -> None:
    """Give the signals of those reviews, as `to` sees them, values that are really theirs."""
    with on_behalf_of(to):
        shown = list(Signal.objects.filter(reviews__in=Review.objects.filter(pk__in=list(reviews))))
    with acting_as_system():
        for at, signal in enumerate(shown):
            value = seal_value(SHOWN[signal.kind].format(at), signal.pk)
            Signal.objects.filter(pk=signal.pk).update(value=value)


def _portions(number: int) -> Iterator[int]:
    while number > 0:
        yield min(number, PORTION)
        number -= PORTION


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Drop the indexes that keep nothing true while many rows come, and build them again."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(INDEXES, [list(TABLES)])
        dropped = cursor.fetchall()
        for name, _ in dropped:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in dropped:
            cursor.execute(definition)
