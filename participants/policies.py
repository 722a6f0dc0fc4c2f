"""Who may do what: the one place where access is decided.

`GRANTS` says which roles an action is for; `can` answers "may she?", `groups_for` answers "which ones?" for sharing
groups. What has signals in it also asks for training in date, and what is more than looking for an agreement in force.
Views name an action (`lantern.lib.marks.requires`), the gate asks `can`. Row-level security stands behind both.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now, TruncDate

from accounts.models import CoalitionRole, User
from lantern.lib.compiled import CompiledQuery, Parameter
from participants.models import (
    Agreement,
    Member,
    Participant,
    ParticipantState,
    Role,
    SharingGroup,
    SharingGroupPermission,
)
from participants.models.training import TrainingRecord
from participants.training_modules import MODULES

Person = Member | User


class Action(StrEnum):
    """Everything one may or may not do in the portal."""

    OPEN_WORK = "open_work"
    VIEW_SIGNALS = "view_signals"
    SHARE_SIGNALS = "share_signals"
    UPLOAD_SIGNALS = "upload_signals"
    WITHDRAW_SIGNALS = "withdraw_signals"
    APPROVE_EXPORTS = "approve_exports"
    DECIDE = "decide"
    MANAGE_QUEUE = "manage_queue"
    SECOND_REVIEW = "second_review"
    SET_PRACTICE = "set_practice"
    OPEN_TRAINING = "open_training"
    VIEW_PARTICIPANT = "view_participant"
    VIEW_TEAM = "view_team"
    REPORT_IMPACT = "report_impact"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_PARTICIPANT = "manage_participant"
    ANSWER_CHECK_IN = "answer_check_in"
    ADMINISTER = "administer"
    PUBLISH = "publish"
    VIEW_RECORD = "view_record"
    PROVE_RECORD = "prove_record"


EVERY_ROLE = frozenset({Role.ANALYST, Role.LEAD, Role.ADMIN})
LEADS = frozenset({Role.LEAD, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
STAFF = frozenset({CoalitionRole.STAFF})

GRANTS: dict[Action, frozenset[Role] | frozenset[CoalitionRole] | frozenset[Role | CoalitionRole]] = {
    Action.OPEN_WORK: EVERY_ROLE,
    Action.VIEW_SIGNALS: EVERY_ROLE,
    Action.SHARE_SIGNALS: EVERY_ROLE,
    Action.UPLOAD_SIGNALS: EVERY_ROLE,
    Action.WITHDRAW_SIGNALS: EVERY_ROLE,
    Action.APPROVE_EXPORTS: frozenset({Role.LEAD, Role.ADMIN}),
    Action.DECIDE: EVERY_ROLE,
    Action.MANAGE_QUEUE: LEADS,
    Action.SECOND_REVIEW: EVERY_ROLE,
    Action.SET_PRACTICE: LEADS,
    Action.OPEN_TRAINING: EVERY_ROLE,
    Action.VIEW_PARTICIPANT: EVERY_ROLE,
    Action.VIEW_TEAM: LEADS,
    Action.REPORT_IMPACT: LEADS,
    Action.MANAGE_MEMBERS: ADMINS,
    Action.MANAGE_PARTICIPANT: ADMINS,
    Action.ANSWER_CHECK_IN: ADMINS,
    Action.ADMINISTER: STAFF,
    Action.PUBLISH: STAFF,
    Action.VIEW_RECORD: frozenset({Role.LEAD, Role.ADMIN, CoalitionRole.STAFF, CoalitionRole.AUDITOR}),
    Action.PROVE_RECORD: LEADS,
}

# What a member needs of at least one sharing group besides the role.
GROUP_PERMISSION = {
    Action.VIEW_SIGNALS: "view_signals",
    Action.APPROVE_EXPORTS: "view_signals",
    Action.DECIDE: "view_signals",
    Action.MANAGE_QUEUE: "view_signals",
    Action.SECOND_REVIEW: "view_signals",
    Action.SHARE_SIGNALS: "contribute_signals",
    Action.UPLOAD_SIGNALS: "contribute_signals",
}

# Everything with signals in it asks for training in date.
NEEDS_TRAINING = frozenset({*GROUP_PERMISSION, Action.WITHDRAW_SIGNALS, Action.APPROVE_EXPORTS})

# The states of a participant in which its people work, those in which they look, and those in which they have pages of
# their own company; by action where it differs from the first.
WORKING = frozenset({ParticipantState.ACTIVE})
LOOKING = WORKING | {ParticipantState.READ_ONLY}
PRESENT = LOOKING | {ParticipantState.AGREEMENT_OUT, ParticipantState.TRAINING}
STATES: dict[Action, frozenset[ParticipantState]] = {
    Action.OPEN_WORK: LOOKING,
    Action.VIEW_SIGNALS: LOOKING,
    Action.WITHDRAW_SIGNALS: LOOKING,  # what was wrong can always be taken back
    Action.OPEN_TRAINING: PRESENT,
    Action.VIEW_PARTICIPANT: PRESENT,
    Action.VIEW_TEAM: PRESENT,
    Action.MANAGE_MEMBERS: PRESENT,
    Action.MANAGE_PARTICIPANT: PRESENT,
    Action.ANSWER_CHECK_IN: LOOKING,
    Action.REPORT_IMPACT: LOOKING,
    Action.VIEW_RECORD: PRESENT,
    Action.PROVE_RECORD: PRESENT,
}


def can(person: Person | None, action: Action, group: SharingGroup | None = None) -> bool:
    """Whether `person` may do `action`; with `group`, whether there. Staff never act for a participant."""
    if isinstance(person, Member):
        return _member_can(person, action, group)
    return isinstance(person, User) and person.is_active and person.coalition_role in GRANTS[action]


def groups_for(member: Member, action: Action) -> QuerySet[SharingGroup]:
    """The sharing groups in which `member` may do `action`: exactly those for which `can` says yes."""
    return SharingGroup.objects.filter(pk__in=group_keys(member, action))


def group_keys(member: Member, action: Action) -> list[int]:
    """The keys of `groups_for`."""
    permission = GROUP_PERMISSION.get(action)
    if permission is None or not _acts(member, action):
        return []
    return _granted(member, permission)


@contextmanager
def rights_asked_once() -> Iterator[None]:
    """The database is asked once what somebody may do, however often the block asks: a request, whose page asks at
    every link. The next request asks anew, so a right that is lost is lost on it.
    """
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


def readers_of(group: SharingGroup) -> QuerySet[Participant]:
    """The participants that see the signals of `group` now. Asked by the portal itself: members see only their own."""
    granted = SharingGroupPermission.objects.filter(content_object=group, permission__codename="view_signals")
    return Participant.objects.filter(state__in=LOOKING, auth_group__in=granted.values("group"))


_told: ContextVar[dict[int, "_Rights"] | None] = ContextVar("rights", default=None)


@dataclass(frozen=True)
class _Rights:
    """What the database knows: keys of sharing groups by permission, whether every module was passed and runs, and
    whether an agreement is in force.
    """

    groups: dict[str, list[int]]
    is_trained: bool
    is_bound: bool


def _rights(member: Member) -> _Rights:
    told = _told.get()
    if told is not None and member.pk in told:
        return told[member.pk]
    groups: dict[str, list[int]] = defaultdict(list)
    passed: set[tuple[str, int]] = set()
    is_bound = False
    for permissions, keys, modules, versions, bound in _known.rows(member=member.pk):
        passed, is_bound = {*zip(modules, versions, strict=True)}, bound
        for permission, key in zip(permissions, keys, strict=True):
            groups[permission].append(key)
    is_trained = {(module.slug, module.version) for module in MODULES.values()} <= passed
    rights = _Rights(groups, is_trained, is_bound)
    if told is not None:
        told[member.pk] = rights
    return rights


@CompiledQuery
def _known() -> QuerySet[Member, tuple[list[str], list[int], list[str], list[int], bool]]:
    granted = SharingGroupPermission.objects.filter(group=OuterRef("participant__auth_group")).order_by("pk")
    running = TrainingRecord.objects.filter(member=OuterRef("pk"), valid_until__gt=Now()).order_by("pk")
    today = TruncDate(Now(), tzinfo=UTC)
    return Member.objects.filter(pk=Parameter("member")).values_list(
        ArraySubquery(granted.values("permission__codename")),
        ArraySubquery(granted.values("content_object")),
        ArraySubquery(running.values("module")),
        ArraySubquery(running.values("version")),
        Exists(Agreement.objects.filter(participant=OuterRef("participant")).in_force(today)),
    )


def _granted(member: Member, permission: str) -> list[int]:
    """The keys of the sharing groups in which the member's participant has the permission."""
    return _rights(member).groups.get(permission, [])


def _acts(member: Member, action: Action) -> bool:
    if not (member.is_active and member.user.is_active and member.role in GRANTS[action]):
        return False
    states = STATES.get(action, WORKING)
    if member.participant.state not in states:
        return False
    if ParticipantState.READ_ONLY not in states and not _rights(member).is_bound:
        return False
    return action not in NEEDS_TRAINING or _rights(member).is_trained


def _member_can(member: Member, action: Action, group: SharingGroup | None) -> bool:
    if not _acts(member, action):
        return False
    permission = GROUP_PERMISSION.get(action)
    if permission is None:
        return True
    granted = _granted(member, permission)
    return group.pk in granted if group is not None else bool(granted)
