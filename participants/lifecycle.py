"""The life of a participant in the programme: which moves there are, and what must be true first.

`MOVES` is the one table. `participants.services.move_participant` asks it, the admin's buttons are its rows, and a
trigger in the database (migration `0004_life_cycle_walls`) refuses every other change of state, whoever asks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import Authenticator
from participants.models import Agreement, CheckIn, CheckInNotice, Member, Participant, ParticipantState, Role, Step
from participants.questions import VETTING
from participants.training import trained_members

S = ParticipantState
MEMBERS_NEEDED = 2


class IllegalMove(Exception):
    """There is no such move from the participant's state."""


class ReasonNeeded(Exception):
    """The move needs a reason, and none was given."""


@dataclass(frozen=True)
class Missing:
    """One thing that must be true before a move and is not, in a sentence for staff."""

    code: str
    sentence: str


class NotReady(Exception):
    """Something must be true first; `missing` says what."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__("; ".join(each.code for each in missing))
        self.missing = missing


def missing_vetting(participant: Participant) -> list[Missing]:
    """The vetting questions whose answers staff have not accepted."""
    accepted = set(participant.vetting.filter(accepted=True).values_list("question", flat=True))
    return [
        Missing(f"vetting:{question.name}", f"Accept the answer about: {question.label.lower()}.")
        for question in VETTING
        if question.name not in accepted
    ]


def missing_agreement(participant: Participant) -> list[Missing]:
    """An agreement in force."""
    if Agreement.objects.filter(participant=participant).in_force().exists():
        return []
    return [Missing("agreement", "Add a signed agreement that is in force.")]


def missing_people(participant: Participant) -> list[Missing]:
    """An admin, and at least two members who are trained and enrolled."""
    missing = []
    members = Member.objects.filter(participant=participant, is_active=True, user__is_active=True)
    if not members.filter(role=Role.ADMIN).exists():
        missing.append(Missing("admin", "Invite somebody as its admin."))
    ready = enrolled(trained_members(participant)).count()
    if ready < MEMBERS_NEEDED:
        sentence = f"Have at least {MEMBERS_NEEDED} members trained and enrolled; so far: {ready}."
        missing.append(Missing("members", sentence))
    return missing


def missing_check_ins(participant: Participant) -> list[Missing]:
    """Check-ins that made it read-only and are not signed off, and those that are overdue beyond the grace, which
    counts anew after answers were sent back.
    """
    latest = timezone.now().date() - timedelta(days=settings.READ_ONLY_AFTER_DAYS)
    open_ones = CheckIn.objects.filter(participant=participant).open()
    enforced = CheckInNotice.objects.filter(participant=participant, step__in=[Step.READ_ONLY, Step.SUSPENDED])
    late = open_ones.unanswered().filter(Q(sent_back_at=None) | Q(sent_back_at__date__lt=latest), due_on__lt=latest)
    held = open_ones.filter(pk__in=enforced.values("check_in")) | late
    return [
        Missing(f"check_in:{check_in.pk}", f"{check_in} is not answered and signed off.")
        for check_in in held.order_by("due_on")
    ]


def missing_for_activation(participant: Participant) -> list[Missing]:
    """What is still missing before `participant` can be active, in the order in which staff work."""
    return [
        each
        for check in (missing_vetting, missing_agreement, missing_people, missing_check_ins)
        for each in check(participant)
    ]


def enrolled(members: QuerySet[Member]) -> QuerySet[Member]:
    """Those who have a second factor."""
    factors = (model.objects.filter(confirmed=True).values("user") for model in (Authenticator, WebAuthnCredential))
    return members.filter(user__in=next(factors)) | members.filter(user__in=next(factors))


@dataclass(frozen=True)
class Move:
    """One legal move: what its button says, whether it needs a reason, and what must be true first."""

    before: ParticipantState
    to: ParticipantState
    verb: str
    needs_reason: bool = False
    asks: tuple[Callable[[Participant], list[Missing]], ...] = ()

    def missing(self, participant: Participant) -> list[Missing]:
        """What is not true yet."""
        return [each for check in self.asks for each in check(participant)]


_LEAVE = [
    Move(before, S.LEFT, "End its participation", needs_reason=True)
    for before in (S.APPLIED, S.UNDER_REVIEW, S.AGREEMENT_OUT, S.TRAINING, S.ACTIVE, S.READ_ONLY, S.SUSPENDED)
]
_REJECT = [
    Move(before, S.REJECTED, "Reject the application", needs_reason=True)
    for before in (S.APPLIED, S.UNDER_REVIEW, S.AGREEMENT_OUT, S.TRAINING)
]
MOVES: tuple[Move, ...] = (
    Move(S.APPLIED, S.UNDER_REVIEW, "Begin the review"),
    Move(S.UNDER_REVIEW, S.AGREEMENT_OUT, "Send the agreement out", asks=(missing_vetting,)),
    Move(S.AGREEMENT_OUT, S.TRAINING, "Begin training", asks=(missing_vetting, missing_agreement)),
    Move(S.TRAINING, S.ACTIVE, "Activate", asks=(missing_for_activation,)),
    Move(S.ACTIVE, S.READ_ONLY, "Make it read-only", needs_reason=True),
    Move(S.ACTIVE, S.SUSPENDED, "Suspend", needs_reason=True),
    Move(S.READ_ONLY, S.ACTIVE, "Let it take part again", asks=(missing_agreement, missing_check_ins)),
    Move(S.READ_ONLY, S.SUSPENDED, "Suspend", needs_reason=True),
    Move(S.SUSPENDED, S.READ_ONLY, "Let it look again", needs_reason=True),
    Move(
        S.SUSPENDED, S.ACTIVE, "Let it take part again", needs_reason=True, asks=(missing_agreement, missing_check_ins)
    ),
    Move(S.REJECTED, S.UNDER_REVIEW, "Review it again", needs_reason=True),
    *_REJECT,
    *_LEAVE,
)
LEGAL = {(move.before, move.to): move for move in MOVES}


def moves_from(state: str) -> list[Move]:
    """The moves there are from `state`."""
    return [move for move in MOVES if move.before == state]


def check_move(participant: Participant, *, to: ParticipantState, reason: str) -> Move:
    """The move, where it may be made now. Raises `IllegalMove`, `ReasonNeeded` or `NotReady`."""
    move = LEGAL.get((S(participant.state), to))
    if move is None:
        raise IllegalMove(f"{participant.state} to {to}")
    if move.needs_reason and not reason.strip():
        raise ReasonNeeded
    if missing := move.missing(participant):
        raise NotReady(missing)
    return move
