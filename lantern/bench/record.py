"""How quickly a long record is sealed, and checked from its first event to its last."""

import time
from collections.abc import Iterator

from django.db import connection

from audit.sealing import seal_all
from audit.stored_log import verify
from lantern.bench.measuring import Figure
from lantern.lib.tenancy import acting_as_system
from participants.models import Member

PORTION = 100_000
# What one analyst's reviewing leaves.
PLANT = """
INSERT INTO audit_auditevent (event, actor_id, participant_id, target_type, target_id, details)
SELECT (ARRAY['review.claimed', 'signal.revealed', 'review.kept', 'review.decided'])[1 + n %% 4], %(user)s,
    %(participant)s, 'reviews.review', gen_random_uuid(), jsonb_build_object('verdict', 'dismissed', 'at', n)
FROM generate_series(1, %(number)s) n
"""


def plant_events(number: int, *, of: Member) -> None:
    """Put `number` events into the record; they wait to be sealed, as any other."""
    while number > 0:
        with acting_as_system(), connection.cursor() as cursor:
            values = {"user": of.user_id, "participant": of.participant_id, "number": min(number, PORTION)}
            cursor.execute(PLANT, values)
        number -= PORTION


def measure() -> Iterator[Figure]:
    """Seal whatever waits, then check all of it, as `manage.py audit_verify` does."""
    begun = time.perf_counter()
    sealed = seal_all()
    yield Figure("record_sealed", sealed / (time.perf_counter() - begun), "events/s")
    begun = time.perf_counter()
    found = verify()
    taken = time.perf_counter() - begun
    yield Figure("record_verified", taken, f"s, all of {found.sealed} events, {found.signed} under a signature")
