"""Narrowing the queue: words of closed lists and ids only, so that an address never holds a value."""

from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from lantern.lib.shared_fields import shared_fields
from participants.models import Member, Participant
from participants.policies import Action, groups_for
from participants.requests import MemberRequest
from reviews.models import Review, ReviewState
from reviews.models.review import ReviewQuerySet
from reviews.routing import NAMES_SERVICE, priorities_of
from signals.forms import SignalFilter
from signals.models import Contribution

AGES = (("", "Any time"), ("1", "In the last day"), ("7", "In the last 7 days"), ("older", "More than 7 days ago"))
ABOUT = (("", "Everything"), ("service", "Names our service"), ("disputed", "Disputed"))
DUE, MINE, DECIDED, FLAGGED, CLOSED = "", "mine", "decided", "flagged", "closed"
STATES = (
    (DUE, "Due"),
    (MINE, "Held by you"),
    (DECIDED, "Decided"),
    (FLAGGED, "Decided, to look at again"),
    (CLOSED, "Closed: signal ended"),
)
WEEK = timedelta(days=7)


@shared_fields
class QueueFilter(SignalFilter):
    """What the queue is narrowed to. Unknown words are ignored, not errors."""

    contributor = forms.ChoiceField(required=False)  # its choices are the member's
    age = forms.ChoiceField(choices=AGES, required=False, label="Arrived")
    about = forms.ChoiceField(choices=ABOUT, required=False)
    state = forms.ChoiceField(choices=STATES, required=False)
    incident = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member
        self._groups = groups_for(member, Action.DECIDE)
        self.fields["contributor"] = forms.ChoiceField(choices=self._contributors, required=False)

    @property
    def words(self) -> dict[str, str]:
        """The fields that are set, as an address or a saved view keeps them."""
        return {name: str(word) for name, word in self._asked.items() if word}

    @property
    def state_asked(self) -> str:
        """Which reviews: due ones unless others were asked for."""
        return self._asked["state"]

    @property
    def within(self) -> str:
        """What an address bears behind its path, so that whoever follows it stays within the filter; "" for none."""
        return _query(self.words)

    @property
    def onward(self) -> str:
        """The same for whoever goes on to the next one: from a list of decided reviews to those that are due."""
        return _query({name: word for name, word in self.words.items() if name != "state" or word == MINE})

    @property
    def narrows_due(self) -> bool:
        """Whether fewer than all due ones are asked for."""
        return bool(self.words.keys() - {"state"})

    def reviews(self) -> ReviewQuerySet:
        """Those asked for, among those the member may see, in the order of their list."""
        return self._narrowed(self._of_state(self._asked["state"]))

    def due(self) -> ReviewQuerySet:
        """Those of them that are due, or would be in a list of due ones; the most urgent first."""
        return self._narrowed(self._of_state(DUE))

    def _narrowed(self, reviews: ReviewQuerySet) -> ReviewQuerySet:
        asked = self._asked
        if conditions := self.conditions("signal__"):
            reviews = reviews.filter(**conditions)
        if asked["contributor"]:
            reviews = reviews.filter(signal__in=self._said_by(int(asked["contributor"])).values("signal"))
        if asked["incident"]:
            told = Contribution.objects.in_force().filter(
                incident=UUID(str(asked["incident"])), sharing_group__in=self._groups
            )
            reviews = reviews.filter(signal__in=told.values("signal"))
        if asked["about"] == "disputed":
            reviews = reviews.filter(signal__is_disputed=True)
        elif asked["about"] == "service":
            reviews = reviews.filter(priority__gte=NAMES_SERVICE)
        return reviews.filter(_arrived(asked["age"])) if asked["age"] else reviews

    def _of_state(self, state: str) -> ReviewQuerySet:
        reviews = Review.objects.all()
        if state in (DUE, MINE):
            due = self._of_severity(reviews.visible_to(self._member).due())
            return due if state == DUE else due.held_by(self._member)
        known = reviews.known_to(self._member).order_by("-pk")
        if state == FLAGGED:
            return known.filter(state=ReviewState.DECIDED).exclude(flag="")
        return known.filter(state=state)

    def _of_severity(self, due: ReviewQuerySet) -> ReviewQuerySet:
        """Their severity is in their priority too, which the index of the queue knows without asking the signals."""
        asked = self._asked["severity"]
        return due.filter(priority__in=priorities_of(int(asked))) if asked else due

    def _said_by(self, participant_id: int) -> QuerySet[Contribution]:
        """What a company said where its name is told."""
        named = self._groups.filter(names_contributors=True)
        return Contribution.objects.in_force().filter(participant=participant_id, sharing_group__in=named)

    def _contributors(self) -> list[tuple[str, str]]:
        """Those that may be named to the member: all others in the programme, as their names are public.

        A field reads its choices several times.
        """
        return self._named

    @cached_property
    def _named(self) -> list[tuple[str, str]]:
        everybody = ("", "All companies")
        if not self._groups.filter(names_contributors=True).exists():
            return [everybody]
        others = Participant.objects.filter(active_since__isnull=False).exclude(pk=self._member.participant_id)
        return [everybody, *((str(pk), name) for pk, name in others.order_by("name").values_list("pk", "name"))]


def filter_of(request: MemberRequest) -> QueueFilter:
    """The filter that somebody came with: it goes along in the address of each page and form."""
    return QueueFilter(request.GET, member=request.member)


def parts_behind(last: Review | None, state: str) -> list[Q]:
    """Reviews that come after `last` in the order of their list: part after part, each a range of an index.

    In one condition, those of the same priority would be read from the first on, however far down `last` is.
    """
    if last is None:
        return [Q()]
    if state not in (DUE, MINE):
        return [Q(pk__lt=last.pk)]
    later = Q(created_at__gt=last.created_at) | Q(pk__gt=last.pk)
    same = Q(priority=last.priority, created_at__gte=last.created_at) & later
    return [same, Q(priority__lt=last.priority)]


def _query(words: dict[str, str]) -> str:
    return f"?{urlencode(words)}" if words else ""


def _arrived(age: str) -> Q:
    if age == "older":
        return Q(created_at__lt=Now() - WEEK)
    return Q(created_at__gte=Now() - timedelta(days=int(age)))
