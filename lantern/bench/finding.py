"""How quickly values are found among many signals, and whether PDQ look-up finds all there is to find.

Everything is planted by statements that only a benchmark may use (straight into the tables), and measured by the
services that the pages call. Figures come beside the limit that the same database and machine set in the same run.
"""

import secrets
from collections.abc import Iterator
from functools import partial
from itertools import islice
from random import Random

from django.db import connection

from lantern.bench.measuring import Figure, on_behalf_of, seconds
from lantern.lib.ids import new_id
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, SharingGroup
from signals.looking_up import answer, ask
from signals.models.contribution import ContributionState
from signals.models.signal import fingerprint_of, seal_value
from signals.pdq_index import NEAR, PdqIndex
from signals.relating import relate

BITS = 256
PORTION = 20_000
LOOKED_UP = 1_000
ASKED = 20
COLUMNS = (
    "id, sharing_group_id, kind, service, fingerprint, value, severity, harm_types, tlp, contributor_count, routing_due"
)


def plant(number: int, member: Member) -> list[str]:
    """Put `number` PDQ signals of `member`'s participant into the default group; returns their values."""
    random = Random(secrets.randbits(64))  # noqa: S311 -- invented hashes, no secret
    values = [f"{random.getrandbits(BITS):064x}" for _ in range(number)]
    rest = iter(values)
    while portion := list(islice(rest, PORTION)):
        _copy(portion, member)
    return values


def measure(values: list[str], member: Member, random: Random) -> Iterator[Figure]:
    """Relate what was planted, then look up: 1,000 values at once, and PDQ hashes near planted ones."""
    related = seconds(relate)
    yield Figure("relations_made", len(values) / related, "signals/s")
    with on_behalf_of(member):
        yield from _values(values, member, random)
        yield from _near(values, random)


def _values(values: list[str], member: Member, random: Random) -> Iterator[Figure]:
    """A mixed list, half of it known; the limit is one bare statement over as many fingerprints."""
    half = LOOKED_UP // 2
    known = random.sample(values, min(half, len(values)))
    text = "\n".join([*(f"pdq:{value}" for value in known[:10]), *(f"sha256:{value}" for value in known[10:])])
    text += "\n" + "\n".join(f"nobody{number}@example.com" for number in range(half))
    lookup = ask(text, by=member)
    yield Figure(f"lookup_{LOOKED_UP}", 1000 * seconds(lambda: answer(lookup, member)), "ms")
    group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG)
    fingerprints = [fingerprint_of(group.pk, "pdq", "", value) for value in known]

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM signals_signal WHERE fingerprint = ANY(%s)", [fingerprints])
            cursor.fetchall()

    yield Figure(f"lookup_{LOOKED_UP}_bare_sql", 1000 * seconds(bare), "ms, the known half by fingerprint")


def _near(values: list[str], random: Random) -> Iterator[Figure]:
    """Hashes that differ in 0 to 31 bits from a planted one; all of them must find it."""
    index = PdqIndex()
    first = random.choice(values)
    yield Figure(
        "pdq_first", 1000 * seconds(lambda: index.near(first)), "ms, the first in a process, reading all pages"
    )
    asked = [_flipped(random.choice(values), random.sample(range(BITS), at % (NEAR + 1))) for at in range(ASKED)]
    taken = sorted(seconds(partial(index.near, value)) for value in asked)
    yield Figure("pdq_near", 1000 * taken[len(taken) // 2], f"ms, median, among {len(values)}")
    yield Figure("pdq_recall", sum(bool(index.near(value)) for value in asked) / ASKED, "of 1")


def _flipped(value: str, bits: list[int]) -> str:
    number = int(value, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:064x}"


def _copy(values: list[str], member: Member) -> None:
    """Signals and contributions by COPY, as the merge would leave them."""
    with acting_as_system(), connection.cursor() as cursor:
        group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG).pk
        cursor.execute("CREATE TEMPORARY TABLE planted (LIKE signals_signal INCLUDING DEFAULTS) ON COMMIT DROP")
        with cursor.copy(f"COPY planted ({COLUMNS}) FROM STDIN") as copy:
            for value in values:
                row = new_id()
                sealed, fingerprint = seal_value(value, row), fingerprint_of(group, "pdq", "", value)
                copy.write_row((row, group, "pdq", "", fingerprint, sealed, 2, ["csam_distribution"], 2, 1, False))
        cursor.execute(f"INSERT INTO signals_signal ({COLUMNS}) SELECT {COLUMNS} FROM planted")
        cursor.execute(
            "INSERT INTO signals_contribution (id, signal_id, sharing_group_id, participant_id, shared_by_id,"
            " harm_types, severity, observed_at, policy, tlp, expires_at, state) SELECT gen_random_uuid(), id, %s, %s,"
            " %s, harm_types, 2, now(), '', 2, now() + interval '2 years', %s FROM planted",
            [group, member.participant_id, member.user_id, ContributionState.IN_FORCE.value],
        )
