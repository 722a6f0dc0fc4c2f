"""What a signal is related to, and why, as far as the reader may see it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from lantern.lib.compiled import CompiledQuery, IsAnyOf, Parameter
from participants.models import Member
from participants.policies import Action, group_keys
from signals.models import Contribution, Relation, RelationSort, Signal
from signals.pdq_index import index
from signals.relations import fingerprints_of

MOST = 20

SAME_INCIDENT = "same incident"


@dataclass(frozen=True)
class Related:
    """A related signal, and every reason why it is."""

    signal: Signal
    why: str


def related_to(signal: Signal, member: Member) -> list[Related]:
    """At most `MOST` of each reason, those with most reasons first, then the newest."""
    reasons: dict[UUID, list[str]] = defaultdict(list)
    for other, why in (*_by_incident(signal), *_by_fold(signal), *_by_likeness(signal, member)):
        reasons[other].append(why)
    others = [other for other in reasons if other != signal.pk]
    groups = group_keys(member, Action.VIEW_SIGNALS)
    found = _visible.objects(signals=others, groups=groups) if others else []
    related = [Related(each, ", ".join(reasons[each.pk])) for each in found]
    return sorted(related, key=lambda each: len(reasons[each.signal.pk]), reverse=True)


def _by_incident(signal: Signal) -> Iterator[tuple[UUID, str]]:
    """Signals of the same incident of the same contributor."""
    for (other,) in _near.rows(signal=signal.pk):
        yield other, SAME_INCIDENT


def _by_fold(signal: Signal) -> Iterator[tuple[UUID, str]]:
    """Signals whose values are folded to the same."""
    for sort, fingerprint in fingerprints_of(signal.sharing_group_id, signal.kind, signal.plain_value).items():
        for (other,) in _met.rows(fingerprint=fingerprint, signal=signal.pk):
            yield other, RelationSort(sort).label


def _by_likeness(signal: Signal, member: Member) -> Iterator[tuple[UUID, str]]:
    """Hashes of images that look alike, the nearest first. The index knows all groups: others' take no place here."""
    if signal.kind == "pdq":
        near = index.near(signal.plain_value)
        near.pop(signal.pk, None)
        seen = set(Signal.objects.visible_to(member).filter(pk__in=near).values_list("pk", flat=True))
        nearest = sorted((distance, other) for other, distance in near.items() if other in seen)
        for distance, other in nearest[:MOST]:
            yield other, f"near hash ({distance} of 256 bits differ)"


@CompiledQuery
def _near() -> QuerySet[Contribution, tuple[UUID]]:
    in_force = Contribution.objects.in_force()
    own = in_force.filter(signal=Parameter("signal"), incident__isnull=False).values("incident")
    near = in_force.filter(incident__in=own).exclude(signal=Parameter("signal")).order_by("-signal")
    return near.values_list("signal").distinct()[:MOST]


@CompiledQuery
def _met() -> QuerySet[Relation, tuple[UUID]]:
    met = Relation.objects.filter(fingerprint=Parameter("fingerprint")).exclude(signal=Parameter("signal"))
    return met.order_by("-signal").values_list("signal")[:MOST]


@CompiledQuery
def _visible() -> QuerySet[Signal]:
    visible = Signal.objects.visible_in(Parameter("groups"))
    found = visible.filter(IsAnyOf("pk", Parameter("signals"))).order_by("-pk")
    return found.only("kind", "value", "contributor_count")
