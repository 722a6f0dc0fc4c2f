"""What finding needs: saved filters, look-ups, and by what signals are related."""

from typing import Self
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, unseal
from participants.models import Member, Participant, SharingGroup
from signals.models.signal import Signal

LOOKUP = Place("signals_lookup", "content")
PDQ_PAGE = Place("signals_pdqpage", "hashes")


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    """Saved filters, and whose they are."""

    def visible_to(self, member: Member) -> Self:
        """The member's own."""
        return self.filter(member=member)


class SavedFilter(models.Model):
    """A filter of the list under a name, for the member who saved it. Filters hold words of the form, never values."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.JSONField(help_text="The fields of the filter and what they are set to.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["member", "name"], name="saved_filter_has_a_name_of_its_own"),)

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The filter as an address of the list has it behind its question mark."""
        return urlencode(self.query)


class LookupQuerySet(models.QuerySet["Lookup"]):
    """Look-ups, and whose they are."""

    def visible_to(self, member: Member) -> Self:
        """The member's own."""
        return self.filter(member=member)


class Lookup(models.Model):
    """A list of values somebody asked about, sealed, for as long as its answer may be looked at and downloaded."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="lookups")
    content = models.BinaryField(help_text="Sealed.")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = LookupQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["asked_at"], name="lookup_by_age"),)

    def __str__(self) -> str:
        return f"look-up {self.id}"

    @property
    def text(self) -> str:
        """The list as it was given."""
        return unseal(self.content, LOOKUP, self.id)


class RelationSort(models.TextChoices):
    """By what two signals can be related, apart from their incidents. The label is the reason a page tells."""

    MAILBOX = "mailbox", "same mailbox"
    NAME = "name", "look-alike name"
    ACCOUNT = "account", "same account id"
    HOST = "host", "same domain"


class Relation(models.Model):
    """A keyed fingerprint under which a signal meets those it is related to. Made again from the value at any time."""

    id = models.BigAutoField(primary_key=True)
    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="relations")
    sharing_group = models.ForeignKey(
        SharingGroup,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The signal's; here for the wall.",
    )
    sort = models.CharField(max_length=16, choices=RelationSort)
    fingerprint = models.UUIDField(help_text="Keyed; of group, sort and what the value is folded to.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["signal", "sort"], name="relation_is_one_per_signal_and_sort"),
            models.CheckConstraint(condition=Q(sort__in=RelationSort.values), name="relation_sort_is_known"),
        )
        indexes = (models.Index(fields=["fingerprint"], name="relation_by_fingerprint"),)

    def __str__(self) -> str:
        return f"{self.sort} of {self.signal_id}"


class PdqPage(models.Model):
    """Many PDQ hashes sealed as one, so that a process can read a million of them in a blink. Never changed: replaced.

    `hashes` are entries of 48 bytes: the id of a signal, and its hash.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    signals = ArrayField(models.UUIDField(), help_text="Whose hashes are on it, to find the page when one has to go.")
    size = models.PositiveIntegerField()
    hashes = models.BinaryField(help_text="Sealed.")

    def __str__(self) -> str:
        return f"PDQ page {self.id}"
