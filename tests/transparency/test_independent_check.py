"""Every figure computed a second time, naively: plain Python over exported events, sharing no code with the first.

A figure without a twin here fails.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from audit.models import AuditEvent
from participants.models import CheckIn, Participant, StateChange
from participants.models.training import TrainingRecord
from reviews.models import Appeal, Decision, Measure, SecondReview, UndoneDecision
from reviews.models.review import Review
from signals.models import Contribution, Signal
from tests.transparency.history import History
from transparency.facts import facts_of_events, since_the_beginning
from transparency.figures import FIGURES
from transparency.periods import Period
from transparency.rollups import close_months, facts_of
from transparency.snapshots import canonical, snapshot_of

pytestmark = pytest.mark.django_db

Row = dict[str, Any]
Numbers = dict[str, Any]
CONTENT_BASED = {"url", "domain", "keyword", "md5", "sha1", "sha256", "pdq", "photodna", "video_md5"}
ERRORS = ("mistake", "wrong_identity", "no_violation")
PRESENT = ("active", "read_only", "suspended")


def _rows(found: Any) -> list[Row]:
    return list(found)


class Events:
    """What happened, as plain rows, and the questions a person with a pencil would ask of them."""

    def __init__(self) -> None:
        self.kinds = dict(Signal.objects.values_list("id", "kind"))
        self.signal_times = dict(Signal.objects.values_list("id", "first_shared_at"))
        self.words: list[Row] = _rows(Contribution.objects.values())
        self.reviews = {row["id"]: row for row in _rows(Review.objects.values())}
        undone = set(UndoneDecision.objects.values_list("decision_id", flat=True))
        self.all_decisions: dict[Any, Row] = {row["id"]: row for row in _rows(Decision.objects.values())}
        self.decisions = [row for row in self.all_decisions.values() if row["id"] not in undone]
        self.measures: list[Row] = _rows(Measure.objects.values())
        self.seconds: list[Row] = _rows(SecondReview.objects.values())
        self.appeals: list[Row] = _rows(Appeal.objects.values())
        self.check_ins: list[Row] = [
            {"kind": each.kind, "at": each.signed_off_at, "answers": each.opened_answers}
            for each in CheckIn.objects.filter(signed_off_at__isnull=False)
        ]
        self.trainings: list[Row] = _rows(TrainingRecord.objects.values())
        self.audit: list[Row] = _rows(AuditEvent.objects.order_by("at", "id").values())
        self.companies: list[Row] = _rows(Participant.objects.values())
        self.moves: list[Row] = _rows(StateChange.objects.order_by("at", "pk").values())


class Naive:
    """Figures of the events in [start, end)."""

    def __init__(self, events: Events, start: datetime, end: datetime) -> None:
        self.events, self.start, self.end = events, start, end

    def inside(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end

    def first_words(self, *, by_company: bool) -> list[Row]:
        found: dict[Any, Row] = {}
        for word in sorted(self.events.words, key=lambda word: (word["shared_at"], word["id"])):
            found.setdefault((word["signal_id"], word["participant_id"] if by_company else None), word)
        return list(found.values())

    def new(self) -> list[Row]:
        return [word for word in self.first_words(by_company=False) if self.inside(word["shared_at"])]

    def contributions(self) -> list[Row]:
        return [word for word in self.first_words(by_company=True) if self.inside(word["shared_at"])]

    def standing(self) -> list[Row]:
        """The newest decision of each review before the end, if it was made in the period."""
        newest: dict[Any, Row] = {}
        for decision in sorted(self.events.decisions, key=lambda decision: decision["id"]):
            if decision["decided_at"] < self.end:
                newest[decision["review_id"]] = decision
        return [decision for decision in newest.values() if self.inside(decision["decided_at"])]

    def hours(self, percent: int) -> float | None:
        first: dict[Any, Row] = {}
        for decision in sorted(self.events.decisions, key=lambda decision: decision["id"]):
            first.setdefault(decision["review_id"], decision)
        times = []
        for decision in first.values():
            if self.inside(decision["decided_at"]):
                signal = self.events.reviews[decision["review_id"]]["signal_id"]
                waited = max(decision["decided_at"] - self.events.signal_times[signal], timedelta(0))
                minutes = waited.total_seconds() / 60
                times.append(math.floor(minutes / 6) / 10 if minutes < 1440 else float(math.floor(minutes / 60)))
        return sorted(times)[math.ceil(len(times) * percent / 100) - 1] if times else None

    def corroborated(self) -> int:
        number = 0
        for signal in self.events.kinds:
            firsts = self.first_by_signal().get(signal, [])
            number += len(firsts) > 1 and self.inside(firsts[1]["shared_at"])
        return number

    def first_by_signal(self) -> dict[Any, list[Row]]:
        if not hasattr(self, "_by_signal"):
            self._by_signal: dict[Any, list[Row]] = {}
            for word in self.first_words(by_company=True):
                self._by_signal.setdefault(word["signal_id"], []).append(word)
        return self._by_signal

    def disputed(self) -> int:
        by_signal: dict[Any, list[Row]] = {}
        for decision in self.events.decisions:
            by_signal.setdefault(self.events.reviews[decision["review_id"]]["signal_id"], []).append(decision)
        number = 0
        for signal, decisions in by_signal.items():
            against = [each for each in decisions if each["dismissal"] in ("no_violation", "wrong_identity")]
            pro = [(each["participant_id"], each["decided_at"]) for each in decisions if each["verdict"] == "actioned"]
            words = sorted(
                self.first_by_signal().get(signal, []), key=lambda word: (word["shared_at"], word["participant_id"])
            )
            pro += [(word["participant_id"], word["shared_at"]) for word in words[1:]]
            moments = [
                max(at, each["decided_at"]) for each in against for who, at in pro if who != each["participant_id"]
            ]
            number += bool(moments) and self.inside(min(moments))
        return number

    def ended(self, state: str) -> list[Row]:
        return [word for word in self.events.words if word["state"] == state and self.inside(word["ended_at"])]

    def taking_part(self) -> list[Row]:
        """The companies at the end of the period, with what was last said about them."""
        found = []
        for company in self.events.companies:
            if company["active_since"] is None or company["active_since"] > (self.end - timedelta(days=1)).date():
                continue
            moves = [m for m in self.events.moves if m["participant_id"] == company["id"] and m["at"] < self.end]
            if moves and moves[-1]["after"] not in PRESENT:
                continue
            told = [
                event
                for event in self.events.audit
                if event["event"] in ("participant.added", "participant.changed")
                and event["target_id"] == str(company["id"])
                and "industry" in event["details"]
            ]
            before = [event for event in told if event["at"] < self.end]
            said = (before[-1] if before else told[0])["details"]
            found.append({"id": company["id"], **said})
        return found

    def told(self, name: str) -> int:
        held = [each for each in self.events.check_ins if self.inside(each["at"]) and each["kind"] == "check_in"]
        return sum(each["answers"][name] for each in held)

    def measured(self, unit: str) -> int:
        standing = {decision["id"] for decision in self.standing()}
        return sum(
            row["count"] for row in self.events.measures if row["decision_id"] in standing and row["unit"] == unit
        )

    def votes(self) -> list[bool]:
        found = []
        for second in self.events.seconds:
            if self.inside(second["concluded_at"]):
                first = self.events.all_decisions[second["decision_id"]]
                found.append((first["verdict"], first["dismissal"]) == (second["verdict"], second["dismissal"]))
        return found

    def errors(self) -> Numbers:
        corrected = [e for e in self.events.audit if e["event"] == "contribution.corrected" and self.inside(e["at"])]
        back = _count(word["end_reason"] for word in self.ended("withdrawn") if word["end_reason"] in ERRORS)
        return _total({**back, "corrected": len(corrected)})


def _count(names: Any) -> Numbers:
    found: Numbers = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _total(parts: Numbers) -> Numbers:
    return {**parts, "": sum(parts.values())}


TWINS: dict[str, Callable[[Naive], Numbers]] = {
    "participants": lambda n: {"": len(n.taking_part())},
    "participants_by_industry": lambda n: _count(each["industry"] or "not_said" for each in n.taking_part()),
    "participants_by_direction": lambda n: _count(
        "receive_only" if each["receive_only"] else "both" for each in n.taking_part()
    ),
    "participants_reporting": lambda n: {
        "": len({each["participant_id"] for each in [*n.contributions(), *n.standing()]})
    },
    "participants_sharing": lambda n: {"": len({word["participant_id"] for word in n.contributions()})},
    "participants_deciding": lambda n: {"": len({decision["participant_id"] for decision in n.standing()})},
    "signals_shared": lambda n: {"": len(n.new())},
    "signals_by_basis": lambda n: _count(
        "content" if n.events.kinds[word["signal_id"]] in CONTENT_BASED else "incident" for word in n.new()
    ),
    "signals_by_kind": lambda n: _count(n.events.kinds[word["signal_id"]] for word in n.new()),
    "signals_by_harm": lambda n: _count(harm for word in n.new() for harm in word["harm_types"]),
    "signals_by_month": lambda n: _count(word["shared_at"].astimezone(UTC).strftime("%m") for word in n.new()),
    "contributions": lambda n: {"": len(n.contributions())},
    "signals_corroborated": lambda n: {"": n.corroborated()},
    "signals_disputed": lambda n: {"": n.disputed()},
    "contributions_withdrawn": lambda n: _total(_count(word["end_reason"] for word in n.ended("withdrawn"))),
    "contributions_expired": lambda n: {"": len(n.ended("expired"))},
    "reviews_decided": lambda n: {"": len(n.standing())},
    "reviews_by_verdict": lambda n: _count(decision["verdict"] for decision in n.standing()),
    "reviews_dismissed": lambda n: _count(each["dismissal"] for each in n.standing() if each["dismissal"]),
    "time_to_decision_median": lambda n: {"": n.hours(50)},
    "time_to_decision_p90": lambda n: {"": n.hours(90)},
    "second_reviews": lambda n: _total(
        _count(each["conclusion"] for each in n.events.seconds if n.inside(each["concluded_at"]))
    ),
    "second_review_agreement": lambda n: _count("same" if same else "different" for same in n.votes()),
    **{
        unit: (lambda n, unit=unit: {"": n.measured(unit)})  # type: ignore[misc]
        for unit in (
            "accounts_disabled", "accounts_restricted", "content_removed", "urls_blocked", "reports_ncmec", "referrals"
        )
    },
    "appeals": lambda n: _total(_count(e["outcome"] for e in n.events.appeals if n.inside(e["recorded_at"]))),
    "appeals_told": lambda n: {name: n.told(name) for name in ("upheld", "reversed")},
    "government_requests": lambda n: {"received": n.told("requests"), "challenged": n.told("challenged")},
    "check_ins": lambda n: _total(_count(each["kind"] for each in n.events.check_ins if n.inside(each["at"]))),
    "trainings": lambda n: {"": len([each for each in n.events.trainings if n.inside(each["passed_at"])])},
    "errors_corrected": lambda n: n.errors(),
}  # fmt: skip
YEARS = (2023, 2024, 2025, 2026)


@pytest.fixture
def events() -> Events:
    """A history of some hundred signals and a good thousand decisions."""
    History(20261124).plant(150)
    return Events()


def test_every_figure_has_a_twin() -> None:
    assert TWINS.keys() == FIGURES.keys()


def test_every_figure_equals_its_twin(events: Events) -> None:
    """In each year, in-year and cumulative, from the events alone and once the months are kept."""
    for closed in (False, True):
        if closed:
            assert close_months(datetime(2026, 1, 15, tzinfo=UTC)) > 300
        for year in YEARS:
            end = datetime(year + 1, 1, 1, tzinfo=UTC)
            in_year = Naive(events, datetime(year, 1, 1, tzinfo=UTC), end)
            ever = Naive(events, datetime(1990, 1, 1, tzinfo=UTC), end)
            for figure in snapshot_of(year, public=False)["figures"]:
                twin = TWINS[figure["name"]]
                assert _told(figure["rows"]) == _expected(figure["rows"], twin(in_year)), (year, figure["name"], closed)
                assert _told(figure["cumulative"]) == _expected(figure["cumulative"], twin(ever)), (
                    year,
                    figure["name"],
                    "cumulative",
                )


def test_the_kept_months_are_the_events(events: Events) -> None:
    close_months(datetime(2026, 1, 15, tzinfo=UTC))
    for period in (*map(Period.year, YEARS), Period.month(2025, 7), since_the_beginning(Period.year(2024))):
        assert facts_of(period) == facts_of_events(period)


def test_the_check_sees_something_of_every_figure(events: Events) -> None:
    for figure in snapshot_of(2025, public=False)["figures"]:
        assert any(row["value"] for row in figure["rows"]), figure["name"]


def _told(rows: list[Row]) -> Numbers:
    return {row["scope"]: row["value"] for row in rows}


def _expected(rows: list[Row], numbers: Numbers) -> Numbers:
    assert numbers.keys() <= {row["scope"] for row in rows} or not rows
    nothing = None if set(numbers.values()) == {None} else 0
    return {row["scope"]: numbers.get(row["scope"], nothing) for row in rows}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"])
def test_the_time_zone_of_whoever_computes_changes_nothing(events: Events, zone: str) -> None:
    here = snapshot_of(2025, public=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
    assert _differing(here, snapshot_of(2025, public=False)) == []
    close_months(datetime(2026, 6, 1, tzinfo=UTC))
    assert canonical(snapshot_of(2025, public=False)) == canonical(here)


def _differing(one: Row, other: Row) -> list[tuple[Row, Row]]:
    return [pair for pair in zip(one["figures"], other["figures"], strict=True) if pair[0] != pair[1]]
