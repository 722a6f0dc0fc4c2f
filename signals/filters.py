"""Narrowing the list of signals: words of closed lists only, so that an address never holds a value."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from participants.models import Member, Participant, SharingGroup
from participants.policies import Action, groups_for
from signals.forms import SignalFilter as KindFilter
from signals.models import Contribution, Incident, Signal

AGES = {"1": "A day", "7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
OLDER = "older"
SHARED, DISPUTED, ENDED = "", "disputed", "ended"
STATES = ((SHARED, "Shared now"), (DISPUTED, "Disputed"), (ENDED, "Ended"))
MOST_INCIDENTS = 100


class SignalFilter(KindFilter):
    """What the list of signals is narrowed to. Unknown words are ignored, not errors."""

    contributor = forms.ChoiceField(required=False)
    incident = forms.ChoiceField(required=False, label="Your case")
    age = forms.ChoiceField(
        choices=[
            ("", "Any time"),
            *((days, f"In the last {label.lower().removeprefix('a ')}") for days, label in AGES.items()),
            (OLDER, "More than a year ago"),
        ],
        required=False,
        label="Last shared",
    )
    state = forms.ChoiceField(choices=STATES, required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member
        self._groups = groups_for(member, Action.VIEW_SIGNALS)
        self._choices("contributor", [("", "All companies"), *_contributors(member, self._groups)])
        incidents = _incidents(member)
        if incidents:
            self._choices("incident", [("", "All cases"), *incidents])
        else:
            del self.fields["incident"]

    @property
    def words(self) -> dict[str, str]:
        """The fields that are set, as an address or a saved filter keeps them."""
        return {name: word for name, word in self._asked.items() if word}

    def narrow(self, signals: QuerySet[Signal]) -> QuerySet[Signal]:
        """Those signals that were asked for. `signals` are visible ones; ended ones come from what is known."""
        asked = self._asked
        if asked["state"] == ENDED:
            signals = Signal.objects.known_to(self._member).filter(contributor_count=0)
        elif asked["state"] == DISPUTED:
            signals = signals.filter(is_disputed=True)
        signals = super().narrow(signals)
        if asked["contributor"]:
            signals = signals.filter(pk__in=self._said_by(int(asked["contributor"])).values("signal"))
        if asked.get("incident"):
            said = Contribution.objects.filter(
                participant=self._member.participant_id, incident_id=UUID(asked["incident"])
            )
            signals = signals.filter(pk__in=said.values("signal"))
        return signals.filter(_aged(asked["age"])) if asked["age"] else signals

    def _said_by(self, participant_id: int) -> QuerySet[Contribution]:
        """What a company said where its name is told to the reader."""
        said = Contribution.objects.filter(participant=participant_id)
        if self._asked["state"] != ENDED:
            said = said.in_force()
        if participant_id != self._member.participant_id:
            said = said.filter(sharing_group__in=self._groups.filter(names_contributors=True))
        return said

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _aged(age: str) -> Q:
    if age == OLDER:
        return Q(last_shared_at__lt=Now() - timedelta(days=365))
    return Q(last_shared_at__gte=Now() - timedelta(days=int(age)))


def _contributors(member: Member, groups: QuerySet[SharingGroup]) -> list[tuple[str, str]]:
    """The reader's own company, and those that may be named to it: all in the programme, as their names are public."""
    companies = Participant.objects.filter(active_since__isnull=False)
    if not groups.filter(names_contributors=True).exists():
        companies = companies.filter(pk=member.participant_id)
    return [(str(pk), name) for pk, name in companies.values_list("pk", "name")]


def _incidents(member: Member) -> list[tuple[str, str]]:
    """The reader's own cases, the newest first."""
    incidents = Incident.objects.filter(participant=member.participant_id).order_by("-pk")[:MOST_INCIDENTS]
    return [(str(incident.pk), incident.shown_reference) for incident in incidents]
