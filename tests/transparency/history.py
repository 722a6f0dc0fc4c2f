"""A large random history, planted straight into the tables, around the edges of three years."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.ids import new_id
from participants.models import CheckIn, CheckInKind, Industry, Member, Participant, ParticipantState, StateChange
from participants.models.training import TrainingRecord
from participants.services import default_group
from reviews.models import Appeal, Decision, Measure, Review, ReviewState, SecondReview, SecondState, UndoneDecision
from reviews.outcomes import DISMISSALS, UNITS
from signals.end_reasons import END_REASONS
from signals.kinds import KINDS
from signals.models import Contribution, ContributionState, Signal
from signals.vocabulary import HARM_TYPES
from tests.world import add_company, add_team_member

START, END = datetime(2023, 11, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
EDGES = [
    moment
    for year in (2024, 2025, 2026)
    for moment in (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 1, 1, tzinfo=UTC) - timedelta(microseconds=1))
]
ACTIONED = "actioned"


class History:
    """Companies, and what they did by chance. The same seed gives the same history."""

    def __init__(self, seed: int, companies: int = 6) -> None:
        self.chance = Random(seed)
        self.group = default_group(by=PORTAL)
        self.members = [self._company(number) for number in range(companies)]

    def plant(self, signals: int) -> None:
        """So many signals, and everything that follows from them."""
        self._signals(signals)
        self._decisions()
        self._second_looks()
        self._programme()

    def moment(self, after: datetime = START) -> datetime:
        """Some moment, or an edge of a year, not before `after`."""
        edges = [edge for edge in EDGES if edge >= after]
        if edges and self.chance.random() < 0.15:
            return self.chance.choice(edges)
        return after + timedelta(seconds=self.chance.randint(0, int(max(END - after, timedelta(1)).total_seconds())))

    def _company(self, number: int) -> Member:
        company = add_company(f"company{number}", receive_only=number == 0)
        began = self.chance.choice([date(2023, 11, 1), date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 1)])
        Participant.objects.filter(pk=company.pk).update(
            active_since=began, industry=self.chance.choice(["", *Industry.values])
        )
        return add_team_member(company, "ana")

    def _signals(self, number: int) -> None:
        self.signals, words = [], []
        for _ in range(number):
            at = self.moment()
            kind = self.chance.choice(list(KINDS))
            signal = Signal(kind=kind, sharing_group=self.group, fingerprint=new_id(), value=b"-", contributor_count=1)
            signal.first_shared_at = at
            self.signals.append(signal)
            for place, member in enumerate(self.chance.sample(self.members, self.chance.choice([1, 1, 2, 3]))):
                words += self._words(signal, member, at if place == 0 else self.moment(at))
        Signal.objects.bulk_create(self.signals)
        Contribution.objects.bulk_create(words)

    def _words(self, signal: Signal, member: Member, at: datetime) -> list[Contribution]:
        """A participant's first word, perhaps a later one in its place, and perhaps the end of that."""
        made = []
        while True:
            ends = self.moment(at) if self.chance.random() < 0.5 else None
            state = (
                ContributionState.IN_FORCE
                if ends is None
                else self.chance.choice(
                    [ContributionState.SUPERSEDED, ContributionState.WITHDRAWN, ContributionState.EXPIRED]
                )
            )
            reason = (
                ""
                if state in (ContributionState.IN_FORCE, ContributionState.SUPERSEDED)
                else (
                    "expired"
                    if state == ContributionState.EXPIRED
                    else self.chance.choice([name for name in END_REASONS if name != "expired"])
                )
            )
            made.append(
                Contribution(
                    signal=signal, sharing_group=self.group, participant=member.participant, shared_by=member.user,
                    harm_types=self.chance.sample(list(HARM_TYPES), self.chance.randint(1, 3)), severity=2,
                    observed_at=at, tlp=2, expires_at=END, state=state, shared_at=at, ended_at=ends, end_reason=reason,
                )
            )  # fmt: skip
            if state != ContributionState.SUPERSEDED:
                return made
            assert ends is not None
            at = ends

    def _decisions(self) -> None:
        reviews, self.decisions, measures, undone = [], [], [], []
        for signal in self.signals:
            for member in self.chance.sample(self.members, self.chance.randint(0, 4)):
                review = Review(participant=member.participant, signal=signal, state=ReviewState.OPEN)
                reviews.append(review)
                at, before = self.moment(signal.first_shared_at), None
                for _ in range(self.chance.choice([0, 1, 1, 1, 2, 3])):
                    acted = self.chance.random() < 0.5
                    before = Decision(
                        review=review, participant=member.participant, decided_by=member, replaces=before,
                        verdict=ACTIONED if acted else "dismissed", decided_at=at, reason="words",
                        dismissal="" if acted else self.chance.choice(list(DISMISSALS)),
                    )  # fmt: skip
                    self.decisions.append(before)
                    if acted:
                        measures += self._measures(before)
                    if self.chance.random() < 0.2:
                        undone.append(UndoneDecision(decision=before, participant=member.participant, undone_by=member))
                    at = self.moment(at)
        Review.objects.bulk_create(reviews)
        Decision.objects.bulk_create(self.decisions)
        Measure.objects.bulk_create(measures)
        UndoneDecision.objects.bulk_create(undone)

    def _measures(self, decision: Decision) -> list[Measure]:
        units = self.chance.sample(list(UNITS), self.chance.randint(1, 3))
        count = self.chance.randint
        return [
            Measure(decision=decision, participant=decision.participant, unit=unit, count=count(1, 60))
            for unit in units
        ]

    def _second_looks(self) -> None:
        looks, appeals = [], []
        for decision in self.chance.sample(self.decisions, len(self.decisions) // 3):
            acted = self.chance.random() < 0.5
            seconds = [member for member in self.members if member.pk != decision.decided_by_id]
            at = self.moment(decision.decided_at)
            looks.append(
                SecondReview(
                    participant=decision.participant, review=decision.review, decision=decision,
                    first_by=decision.decided_by, why="sample", state=SecondState.DONE, voted_at=at, concluded_at=at,
                    second_by=self.chance.choice(seconds), verdict=ACTIONED if acted else "dismissed", ready_at=at,
                    dismissal="" if acted else self.chance.choice(list(DISMISSALS)),
                    conclusion=self.chance.choice(["agree", "change", "return"]),
                )
            )  # fmt: skip
        for decision in self.chance.sample(self.decisions, len(self.decisions) // 5):
            outcome = self.chance.choice(["upheld", "reversed"])
            told = {"participant": decision.participant, "recorded_by": decision.decided_by}
            appeals.append(
                Appeal(decision=decision, outcome=outcome, recorded_at=self.moment(decision.decided_at), **told)
            )
        SecondReview.objects.bulk_create(looks)
        Appeal.objects.bulk_create(appeals)

    def _programme(self) -> None:
        """Check-ins, training, corrections, and moves in the programme."""
        made: list[Any] = []
        for member in self.members:
            for number in range(10):
                kind = self.chance.choice(list(CheckInKind))
                at = self.moment()
                due = date(2023, 12, 1) + timedelta(days=60 * number)
                check_in = CheckIn(participant=member.participant, kind=kind, due_on=due)
                names = ("upheld", "reversed", "requests", "challenged")
                check_in.seal_answers({name: self.chance.randint(0, 9) for name in names})
                check_in.answered_at, check_in.answered_by, check_in.signed_off_at = at, member.user, at
                made.append(check_in)
        CheckIn.objects.bulk_create(made)
        TrainingRecord.objects.bulk_create(
            TrainingRecord(
                participant=member.participant, member=member, module=f"module{self.chance.randint(1, 4)}", version=1,
                passed_at=self.moment(), valid_until=END + timedelta(days=900),
            )
            for member in self.members
            for _ in range(12)
        )  # fmt: skip
        AuditEvent.objects.bulk_create(
            AuditEvent(
                event=self.chance.choice(["contribution.corrected", "contribution.withdrawn"]), at=self.moment(),
                participant_id=self.chance.choice(self.members).participant_id, target_type="-", target_id="-",
            )
            for _ in range(60)
        )  # fmt: skip
        self._moves()

    def _moves(self) -> None:
        states = [ParticipantState.READ_ONLY, ParticipantState.ACTIVE, ParticipantState.LEFT]
        rows = []
        for member in self.members:
            moments = sorted(self.moment() for _ in range(self.chance.randint(0, 3)))
            for at in moments:
                after = self.chance.choice(states)
                rows.append(StateChange(participant=member.participant, before="active", after=after, at=at))
        StateChange.objects.bulk_create(rows)
        for member in self.members:
            told = {"industry": self.chance.choice(["", *Industry.values]), "receive_only": self.chance.random() < 0.3}
            AuditEvent.objects.create(
                event="participant.changed", at=self.moment(), target_type="participants.participant",
                target_id=str(member.participant_id), details=told,
            )  # fmt: skip
