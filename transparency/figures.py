"""The one table of figures: name, unit, definition, and a function over the events of a closed period.

A figure gives one number per scope ("" for the whole, otherwise a dimension's value). Page, CSV, JSON and PDF read the
same rows, so a number and its definition never part. Units are never added up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from participants.models import Participant, ParticipantState
from reviews.models import Decision, Measure
from reviews.outcomes import DISMISSALS, UNITS, VERDICTS
from signals.kinds import KINDS
from signals.models import Contribution
from signals.vocabulary import HARM_TYPES
from transparency.periods import Period

Numbers = Mapping[str, int]


@dataclass(frozen=True)
class Figure:
    """One figure. `scopes` are (name, label) of its rows in the order of the report, `headline` puts it at the top."""

    name: str
    section: str
    label: str
    unit: str
    definition: str
    compute: Callable[[Period], Numbers]
    scopes: Sequence[tuple[str, str]] = (("", ""),)
    headline: bool = False

    def numbers(self, period: Period) -> list[tuple[str, str, int]]:
        """(scope, its label, number) for each scope, 0 where nothing happened."""
        found = self.compute(period)
        return [(scope, label, found.get(scope, 0)) for scope, label in self.scopes]


@dataclass(frozen=True)
class Section:
    """A part of the report that figures stand in."""

    name: str
    title: str
    text: str


SECTIONS = (
    Section(
        "participation",
        "Who took part",
        "Companies take part once they have been vetted, have signed the agreement and have been trained. Not every"
        " participant shares or decides in every year.",
    ),
    Section(
        "sharing",
        "What was shared",
        "A signal is one identifier, hash or phrase that a participant came upon while it enforced its own child-safety"
        " policies. It is a lead for others, never proof. No image, video or chat is shared.",
    ),
    Section(
        "decisions",
        "What was decided",
        "Each receiving participant looks at a signal on its own platform, under its own policies. A person decides;"
        " nothing is enforced automatically.",
    ),
    Section(
        "measures",
        "What was done",
        "Measures that receiving participants recorded with their decisions, on top of what the sharing participant had"
        " done already. Each has its own unit; different units are not added up.",
    ),
)


def _decisions(period: Period) -> QuerySet[Decision]:
    """The decision that stood for each review at the end of the period, where it was made in the period."""
    return Decision.objects.in_force(at=period.end).filter(decided_at__gte=period.start)


def _contributions(period: Period) -> QuerySet[Contribution]:
    """Everything participants said about signals in the period, superseded words included."""
    return Contribution.objects.filter(shared_at__gte=period.start, shared_at__lt=period.end)


def _participants(period: Period) -> Numbers:
    took_part = [ParticipantState.ACTIVE, ParticipantState.READ_ONLY, ParticipantState.SUSPENDED]
    return {"": Participant.objects.filter(active_since__lte=period.last, state__in=took_part).count()}


def _sharing(period: Period) -> Numbers:
    return {"": _contributions(period).values("participant").distinct().count()}


def _deciding(period: Period) -> Numbers:
    return {"": _decisions(period).values("participant").distinct().count()}


def _signals(period: Period) -> Numbers:
    return {"": _contributions(period).values("signal").distinct().count()}


def _signals_by_kind(period: Period) -> Numbers:
    found = _contributions(period).values_list("signal__kind").annotate(Count("signal", distinct=True))
    return dict(found.order_by())


def _signals_by_harm(period: Period) -> Numbers:
    shared = _contributions(period)
    return {name: shared.filter(harm_types__contains=[name]).values("signal").distinct().count() for name in HARM_TYPES}


def _decided(period: Period) -> Numbers:
    return {"": _decisions(period).count()}


def _by_verdict(period: Period) -> Numbers:
    return dict(_decisions(period).values_list("verdict").annotate(Count("pk")).order_by())


def _by_dismissal(period: Period) -> Numbers:
    return dict(_decisions(period).exclude(dismissal="").values_list("dismissal").annotate(Count("pk")).order_by())


def _measured(unit: str) -> Callable[[Period], Numbers]:
    def total(period: Period) -> Numbers:
        measures = Measure.objects.filter(decision__in=_decisions(period), unit=unit)
        return {"": measures.aggregate(total=Sum("count"))["total"] or 0}

    return total


FIGURES: Mapping[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            "participants",
            "participation",
            "Participants",
            "participants",
            "Companies that had become active by the end of the period and had not left by the time of computing.",
            _participants,
            headline=True,
        ),
        Figure(
            "participants_sharing",
            "participation",
            "Participants that shared signals",
            "participants",
            "Companies that shared or confirmed at least one signal in the period.",
            _sharing,
        ),
        Figure(
            "participants_deciding",
            "participation",
            "Participants that decided on signals",
            "participants",
            "Companies that recorded at least one decision in the period.",
            _deciding,
        ),
        Figure(
            "signals_shared",
            "sharing",
            "Signals shared",
            "signals",
            "Different signals that at least one participant shared or confirmed in the period.",
            _signals,
            headline=True,
        ),
        Figure(
            "signals_by_kind",
            "sharing",
            "Signals shared, by kind",
            "signals",
            "The signals shared in the period, by the kind of the value. A signal has one kind.",
            _signals_by_kind,
            scopes=[(kind.name, kind.label) for kind in KINDS.values()],
        ),
        Figure(
            "signals_by_harm",
            "sharing",
            "Signals shared, by harm type",
            "signals",
            "The signals shared in the period, by harm type. A signal can name several: these do not add up.",
            _signals_by_harm,
            scopes=[(harm.name, harm.label) for harm in HARM_TYPES.values()],
        ),
        Figure(
            "reviews_decided",
            "decisions",
            "Reviews decided",
            "reviews",
            "One participant's decision on one signal, made in the period; a decision that was replaced in the period"
            " is counted once, as it stood at the end.",
            _decided,
            headline=True,
        ),
        Figure(
            "reviews_by_verdict",
            "decisions",
            "Reviews decided, by verdict",
            "reviews",
            "Actioned: the participant found a violation of its own policies and acted. Dismissed: it did not.",
            _by_verdict,
            scopes=[(verdict.name, verdict.label) for verdict in VERDICTS.values()],
        ),
        Figure(
            "reviews_dismissed",
            "decisions",
            "Reviews dismissed, by reason",
            "reviews",
            "The dismissed reviews of the period, by the reason the participant gave. A dismissal has one reason.",
            _by_dismissal,
            scopes=[(reason.name, reason.label) for reason in DISMISSALS.values()],
        ),
        *(
            Figure(
                unit.name,
                "measures",
                unit.label[0].upper() + unit.label[1:],
                unit.label,
                f"The sum of {unit.label} that participants recorded with the decisions of the period.",
                _measured(unit.name),
                headline=unit.name in ("accounts_disabled", "content_removed", "urls_blocked"),
            )
            for unit in UNITS.values()
        ),
    )
}
