"""Reading the record: whose events somebody sees, what narrows them, and taking them out."""

from collections.abc import Iterator

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from audit.events import Event
from audit.models import AuditEvent
from audit.record import record
from lantern.lib.csvfile import rows_as_csv
from lantern.lib.paging import capped_count
from participants.models import Member
from participants.policies import Person

COLUMNS = ("id", "at", "event", "actor", "participant", "target", "target_id", "details")
BIGGEST = 2**63 - 1


class TooMany(Exception):
    """The list is longer than one person may take out alone."""


class RecordFilter(forms.Form):
    """What narrows the record; what makes no sense is left out."""

    event = forms.ChoiceField(
        choices=[("", "All"), *((event.value, event.value) for event in sorted(Event))], required=False
    )
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    actor = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST, label="Person (number)")

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that the filter lets through."""
        self.is_valid()
        conditions = {"event": "event", "since": "at__date__gte", "until": "at__date__lte", "actor": "actor_id"}
        chosen = {field: self.cleaned_data.get(name) for name, field in conditions.items()}
        return events.filter(**{field: value for field, value in chosen.items() if value})


def events_for(person: Person) -> QuerySet[AuditEvent]:
    """A member's company's events; all of them for staff and auditors. The newest first."""
    events = AuditEvent.objects.order_by("-id")
    return events.filter(participant_id=person.participant_id) if isinstance(person, Member) else events


@transaction.atomic
def take_out(events: QuerySet[AuditEvent], *, by: Person) -> Iterator[str]:
    """The events as CSV; recorded. Raises `TooMany` above what leaves without a second person's word."""
    if capped_count(events, settings.EXPORT_APPROVAL_ROWS).is_capped:
        raise TooMany
    found = list(events)
    record(Event.RECORD_EXPORTED, AuditEvent, by=by, rows=len(found))
    return rows_as_csv([COLUMNS, *map(_row, found)])


def _row(event: AuditEvent) -> tuple[object, ...]:
    return (
        event.pk,
        event.at.isoformat(),
        event.event,
        event.actor_id,
        event.participant_id,
        event.target_type,
        event.target_id,
        event.details,
    )
