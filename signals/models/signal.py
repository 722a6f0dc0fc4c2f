"""A signal: one value of one kind in one sharing group, whoever sent it."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Self
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Now

from lantern.lib.compiled import IsAnyOf, Parameter
from lantern.lib.ids import new_id
from lantern.lib.seal import Keyring, Place, keyring, seal, unseal
from participants.models import Member, SharingGroup
from participants.policies import Action, group_keys
from signals.kinds import KINDS, Kind
from signals.limits import KEPT
from signals.models.graded import Graded
from signals.vocabulary import TLP_BY_RANK, Tlp

VALUE = Place("signals_signal", "value")


class ValueNotHeld(Exception):
    """The signal has ended and its value is gone."""


def known_in(groups: Sequence[int] | Parameter, prefix: str = "") -> Q:
    """Of a signal, or of what has one under `prefix`: it is in one of the groups with these keys."""
    group = f"{prefix}sharing_group"
    return Q(IsAnyOf(group, groups)) if isinstance(groups, Parameter) else Q(**{f"{group}__in": groups})


def visible_in(groups: Sequence[int] | Parameter, prefix: str = "") -> Q:
    """The same while somebody's contribution is in force."""
    return known_in(groups, prefix) & Q(**{f"{prefix}contributor_count__gt": 0})


class SignalQuerySet(models.QuerySet["Signal"]):
    """Signals, and which of them somebody may see."""

    def visible_to(self, member: Member) -> Self:
        """Those in sharing groups whose signals `member` may see, while somebody's contribution is in force."""
        return self.visible_in(group_keys(member, Action.VIEW_SIGNALS))

    def known_to(self, member: Member) -> Self:
        """Those in sharing groups whose signals `member` may see, and what is left there of those that ended."""
        return self.known_in(group_keys(member, Action.VIEW_SIGNALS))

    def visible_in(self, groups: Sequence[int] | Parameter) -> Self:
        """Those in the groups with these keys while somebody's contribution is in force."""
        return self.filter(visible_in(groups))

    def known_in(self, groups: Sequence[int] | Parameter) -> Self:
        """Those in the groups with these keys."""
        return self.filter(known_in(groups))

    def with_handling(self, member: Member) -> Self:
        """With `own_tlp`: the mark that the member's participant has put on it, or None."""
        marks = apps.get_model("signals", "Handling").objects.filter(
            participant=member.participant_id, signal=OuterRef("pk")
        )
        return self.annotate(own_tlp=Subquery(marks.values("tlp")))


class Signal(Graded, models.Model):
    """Severity, harm, confidence, TLP and the number of contributor_count follow from the contributions in force.

    They are derived again from the contributions by `signals.merge.refresh_signals` and never counted up.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sharing_group = models.ForeignKey(
        SharingGroup, on_delete=models.PROTECT, related_name="signals", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=16)
    service = models.CharField(max_length=KEPT.service, blank=True)
    fingerprint = models.UUIDField(help_text="Keyed; of group, kind, service and normalised value.")
    value = models.BinaryField(null=True, help_text="Sealed. Gone when nothing is in force and no legal hold keeps it.")

    severity = models.PositiveSmallIntegerField(default=2)
    harm_types = ArrayField(models.CharField(max_length=32), default=list)
    confidence = models.PositiveSmallIntegerField(null=True)
    tlp = models.PositiveSmallIntegerField(default=2, help_text="The strictest of the contributions in force.")
    contributor_count = models.PositiveIntegerField(default=0, help_text="Participants with a contribution in force.")
    first_shared_at = models.DateTimeField(db_default=Now(), editable=False)
    last_shared_at = models.DateTimeField(db_default=Now())
    routing_due = models.BooleanField(default=True, help_text="Something changed that the queues have not heard of.")
    relations_due = models.BooleanField(
        default=True, db_default=True, help_text="Its relations are not those of its value."
    )
    is_disputed = models.BooleanField(
        default=False, db_default=False, help_text="Acted on or confirmed by one participant and rejected by another."
    )

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["fingerprint"], name="signal_is_unique_by_fingerprint"),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="signal_kind_is_known"),
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="signal_severity_is_known"),
            models.CheckConstraint(condition=Q(tlp__range=(1, 4)), name="signal_tlp_is_known"),
            models.CheckConstraint(condition=Q(confidence__range=(0, 100)), name="signal_confidence_is_in_range"),
            models.CheckConstraint(
                condition=Q(contributor_count=0) | Q(value__isnull=False), name="signal_has_value_while_it_is_shared"
            ),
        )
        indexes = (
            models.Index(fields=["id"], name="signal_routing_due", condition=Q(routing_due=True)),
            BrinIndex(fields=["last_shared_at"], name="signal_last_shared"),
            models.Index(fields=["id"], name="signal_relations_due", condition=Q(relations_due=True)),
            models.Index(fields=["id"], name="signal_pdq_due", condition=Q(kind="pdq", relations_due=True)),
            models.Index(fields=["-id"], name="signal_ended", condition=Q(contributor_count=0)),
            models.Index(fields=["-id"], name="signal_disputed", condition=Q(is_disputed=True)),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def kind_row(self) -> Kind:
        """Its row in the table of kinds."""
        return KINDS[self.kind]

    @property
    def is_shared(self) -> bool:
        """Whether somebody's contribution is in force. A signal that has ended shows nothing of its value."""
        return self.contributor_count > 0

    @property
    def handling_row(self) -> Tlp:
        """The TLP that holds for the reader: the contributors' or its own company's, whichever is stricter."""
        return TLP_BY_RANK[max(self.tlp, getattr(self, "own_tlp", None) or 0)]

    @property
    def masked_value(self) -> str:
        """The value as it stands on every page until it is revealed."""
        return self.kind_row.mask(self.plain_value) if self.is_shared else "(ended)"

    @property
    def shown_value(self) -> str:
        """The value for somebody's eyes (URLs defanged). Only after a reveal was recorded (`signals.revealing`)."""
        return self.kind_row.show(self.plain_value)

    @property
    def plain_value(self) -> str:
        """The normal value. For programs: exports, relations, the correction of one's own contribution."""
        if self.value is None:
            raise ValueNotHeld
        return unseal(self.value, VALUE, self.id)


def fingerprint_of(group_id: int, kind: str, service: str, value: str) -> UUID:
    """The fingerprint of a normalised value in a sharing group: equal values meet, groups stay apart."""
    return UUID(bytes=naming(keyring(), group_id, kind, service)(value.encode()))


@lru_cache(maxsize=1024)
def naming(keys: Keyring, group_id: int, kind: str, service: str) -> Callable[[bytes], bytes]:
    """From a normalised value in UTF-8 to the 16 bytes of its fingerprint in a sharing group, for many values."""
    return keys.naming("signal", str(group_id), kind, service)


def seal_value(value: str, signal_id: UUID) -> bytes:
    """The sealed value of the signal with that id."""
    return seal(value, VALUE, signal_id)
