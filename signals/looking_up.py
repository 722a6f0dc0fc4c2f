"""Is this value known? A list of values against everything the reader may see, exactly, and near for PDQ."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.csvfile import rows_as_csv
from lantern.lib.seal import seal
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from participants.policies import Action, group_keys
from signals.detecting import HANDLES, Reading, ReadLine, read_list
from signals.models import Lookup, Signal
from signals.models.finding import LOOKUP
from signals.models.signal import fingerprint_of
from signals.pdq_index import index
from signals.relations import fingerprints_of

MOST_VALUES = 10_000
MOST_CHARACTERS = 3_000_000
MOST_NEAR = 200
"""PDQ hashes of one list that are also compared with those near them; the rest is looked up exactly."""
KEPT = timedelta(hours=1)
AT_ONCE = 5_000

SIDES = ("known", "unknown")
KNOWN_COLUMNS = (
    "value", "read_as", "match", "kind", "service", "severity", "harm_types", "companies", "tlp", "last_shared",
    "signal",
)  # fmt: skip
UNKNOWN_COLUMNS = ("value", "read_as", "problem")


class TooMany(Exception):
    """The list is longer than one look-up may be."""


@dataclass(frozen=True)
class Match:
    """A signal the reader may see, and in how many bits its hash differs; 0 where it is the value itself."""

    signal: Signal
    distance: int = 0

    @property
    def how(self) -> str:
        """The match in words."""
        return f"near, {self.distance} of 256 bits differ" if self.distance else "exact"


@dataclass(frozen=True)
class Answer:
    """A line of the list, and what is known of it, the nearest first."""

    line: ReadLine
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Answers:
    """Both sides of a list, in its order. `not_compared` counts hashes that were looked up exactly only."""

    known: list[Answer]
    unknown: list[Answer]
    not_compared: int


@transaction.atomic
def ask(text: str, *, by: Member) -> Lookup:
    """Keep a list, sealed, for as long as its answer is looked at. Raises `TooMany`."""
    if len(text) > MOST_CHARACTERS or len(list(read_list(text, MOST_VALUES + 1))) > MOST_VALUES:
        raise TooMany
    lookup = Lookup(participant=by.participant, member=by)
    lookup.content = seal(text, LOOKUP, lookup.pk)
    lookup.save(force_insert=True)
    found = answer(lookup, by)
    record(Event.LOOKED_UP, lookup, by=by, known=len(found.known), unknown=len(found.unknown))
    return lookup


def answer(lookup: Lookup, member: Member) -> Answers:
    """What `member` may know now of the values in a list."""
    lines = list(read_list(lookup.text, MOST_VALUES))
    matches: dict[int, dict[UUID, Match]] = defaultdict(dict)
    for number, match in (*_exact(lines, member), *_by_name(lines, member)):
        matches[number].setdefault(match.signal.pk, match)
    hashes = [(line.number, reading.value) for line in lines for reading in line.readings if reading.kind == "pdq"]
    for number, match in _near(hashes[:MOST_NEAR], member):
        matches[number].setdefault(match.signal.pk, match)
    answers = [
        Answer(line, tuple(sorted(matches[line.number].values(), key=lambda match: match.distance))) for line in lines
    ]
    known = [each for each in answers if each.matches]
    return Answers(known, [each for each in answers if not each.matches], max(len(hashes) - MOST_NEAR, 0))


@transaction.atomic
def download(lookup: Lookup, side: str, *, by: Member) -> Iterator[str]:
    """One side of the answer as CSV; taking it out is recorded with its size."""
    found = answer(lookup, by)
    rows = found.known if side == "known" else found.unknown
    record(Event.LOOKUP_DOWNLOADED, lookup, by=by, side=side, rows=len(rows))
    return rows_as_csv(_known_rows(rows) if side == "known" else _unknown_rows(rows))


def forget_old() -> int:
    """Delete lists whose time is over; says how many."""
    with acting_as_system():
        number, _ = Lookup.objects.filter(asked_at__lt=Now() - KEPT).delete()
        return number


def _exact(lines: Sequence[ReadLine], member: Member) -> Iterator[tuple[int, Match]]:
    """Values whose kind, and service where one is needed, are known, by their fingerprints."""
    groups = group_keys(member, Action.VIEW_SIGNALS)
    wanted: dict[UUID, set[int]] = defaultdict(set)
    for line, reading in _readings(lines):
        if reading.service is not None:
            for group in groups:
                fingerprint = fingerprint_of(group, reading.kind, reading.service, reading.value)
                wanted[fingerprint].add(line.number)
    visible = Signal.objects.visible_to(member).with_handling(member)
    for fingerprints in _some(wanted):
        for signal in visible.filter(fingerprint__in=fingerprints):
            for number in wanted[signal.fingerprint]:
                yield number, Match(signal)


def _by_name(lines: Sequence[ReadLine], member: Member) -> Iterator[tuple[int, Match]]:
    """Names on any service: by what they look like, and then by whether they are the same."""
    bare = [(line, reading) for line, reading in _readings(lines) if reading.service is None]
    if not bare:
        return
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for line, reading in bare:
        numbers[reading.kind, reading.value].add(line.number)
    groups = group_keys(member, Action.VIEW_SIGNALS)
    fingerprints = {
        fingerprint
        for _, reading in bare
        for group in groups
        for fingerprint in fingerprints_of(group, reading.kind, reading.value).values()
    }
    visible = Signal.objects.visible_to(member).with_handling(member).filter(kind__in=HANDLES)
    # What no task has related yet is looked at one by one, so that the newest is found too.
    candidates = [visible.filter(relations_due=True)]
    candidates += [visible.filter(relations__fingerprint__in=some) for some in _some(fingerprints)]
    for signals in candidates:
        for signal in signals.iterator(chunk_size=1_000):
            for number in numbers.get((signal.kind, signal.plain_value), ()):
                yield number, Match(signal)


def _near(hashes: Iterable[tuple[int, str]], member: Member) -> Iterator[tuple[int, Match]]:
    """PDQ hashes within `signals.pdq_index.NEAR` bits; what the reader may see of them is asked of the database."""
    asked = list(hashes)
    near_ones = index.all_near([value for _, value in asked]) if asked else []
    found = {number: near for (number, _), near in zip(asked, near_ones, strict=True)}
    ids = {signal for near in found.values() for signal in near}
    visible = Signal.objects.visible_to(member).with_handling(member)
    there = {signal.pk: signal for some in _some(ids) for signal in visible.filter(pk__in=some)}
    for number, near in found.items():
        for signal, distance in near.items():
            if signal in there:
                yield number, Match(there[signal], distance)


def _some(many: Iterable[UUID]) -> Iterator[list[UUID]]:
    """In portions that one statement bears."""
    rest = iter(many)
    while portion := list(islice(rest, AT_ONCE)):
        yield portion


def _readings(lines: Iterable[ReadLine]) -> Iterator[tuple[ReadLine, Reading]]:
    for line in lines:
        for reading in line.readings:
            yield line, reading


def _known_rows(rows: Iterable[Answer]) -> Iterator[Iterable[object]]:
    yield KNOWN_COLUMNS
    for row in rows:
        for match in row.matches:
            signal = match.signal
            yield (
                row.line.given,
                row.line.read_as,
                match.how,
                signal.kind,
                signal.service,
                signal.severity_row.name,
                ";".join(signal.harm_types),
                signal.contributor_count,
                signal.handling_row.label,
                signal.last_shared_at.isoformat(timespec="seconds"),
                signal.pk,
            )


def _unknown_rows(rows: Iterable[Answer]) -> Iterator[Iterable[object]]:
    yield UNKNOWN_COLUMNS
    for row in rows:
        yield row.line.given, row.line.read_as if row.line.readings else "", row.line.problem
