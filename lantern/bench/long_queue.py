"""A queue as long as one likes, planted (`lantern.bench.planting`).

All values are one sealed stand-in, which nobody can open as theirs: whoever shows rows has to have `seal_shown` seal
those first, and a page that shows any other fails.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from lantern.bench.measuring import on_behalf_of
from lantern.bench.planting import plant
from lantern.lib.ids import new_id
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant, SharingGroup
from reviews.models import Review
from signals.models import Signal
from signals.models.contribution import ContributionState
from signals.models.signal import seal_value

TABLES = ("signals_signal", "signals_contribution", "reviews_review")
SHOWN = {"email": "person{}@mail.example", "username": "person{}", "url": "https://files.example/{}"}

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
    plant(PLANT, values, number, TABLES)


def seal_shown(reviews: Iterable[UUID], *, to: Member) -> None:
    """Give the signals of those reviews, as `to` sees them, values that are really theirs."""
    with on_behalf_of(to):
        shown = list(Signal.objects.filter(reviews__in=Review.objects.filter(pk__in=list(reviews))))
    with acting_as_system():
        for at, signal in enumerate(shown):
            value = seal_value(SHOWN[signal.kind].format(at), signal.pk)
            Signal.objects.filter(pk=signal.pk).update(value=value)
