"""What can be done to participants, members and sharing groups."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from guardian.shortcuts import assign_perm, get_objects_for_group, remove_perm

from accounts.models import User
from audit.events import Event
from audit.record import Actor, record
from lantern.lib.tenancy import acting_as_system
from lantern.lib.unique import unless_taken
from participants.departing import part
from participants.lifecycle import check_move
from participants.models import Buddy, Member, Participant, ParticipantState, Role, SharingGroup, StateChange
from participants.notices import participant_returned

VIEW, CONTRIBUTE = "view_signals", "contribute_signals"
NAME_KEY = "participants_participant_name_key"
SLUG_KEYS = ("participants_participant_slug_key", "auth_group_name_key")
GROUP_KEYS = ("participants_sharinggroup_name_key", "participants_sharinggroup_slug_key")


class NameTaken(Exception):
    """Another participant, or another sharing group, has that name or that slug; since a moment ago perhaps."""


class AlreadyMember(Exception):
    """The person is a member of a participant, or works for the coalition; nobody is both or twice."""


@transaction.atomic
def add_participant(
    slug: str,
    *,
    name: str,
    by: Actor,
    sector: str = "",
    receive_only: bool = False,
    services: list[str] | None = None,
    industry: str = "",
) -> Participant:
    """A new participant, applied and nothing more yet. Raises `NameTaken`."""
    with unless_taken(NameTaken, NAME_KEY, *SLUG_KEYS):
        participant = Participant.objects.create(
            slug=slug,
            name=name,
            sector=sector,
            industry=industry,
            receive_only=receive_only,
            services=services or [],
            auth_group=Group.objects.create(name=f"participant:{slug}"),
        )
    record(Event.PARTICIPANT_ADDED, participant, by=by, industry=industry, receive_only=receive_only)
    return participant


@transaction.atomic
def move_participant(
    participant: Participant, *, to: ParticipantState, by: Actor, reason: str = "", active_since: date | None = None
) -> None:
    """Put `participant` into another state. Raises `IllegalMove`, `ReasonNeeded` or `NotReady`.

    On becoming active for the first time it joins the default sharing group; on leaving, everything of it ends.
    """
    now = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    check_move(now, to=to, reason=reason)
    begins = to == ParticipantState.ACTIVE and now.active_since is None
    participant.active_since = now.active_since or (active_since or timezone.now().date() if begins else None)
    participant.state = to
    participant.save(update_fields=["state", "active_since"])
    StateChange.objects.create(
        participant=participant, before=now.state, after=to, reason=reason.strip(), by_id=by.user_id
    )
    record(Event.PARTICIPANT_MOVED, participant, by=by, before=now.state, after=to.value)
    if begins:
        join_group(participant, default_group(by=by), by=by)
    elif to == ParticipantState.ACTIVE:
        stopped = StateChange.objects.filter(participant=participant, before=ParticipantState.ACTIVE).latest("pk")
        participant_returned.send(sender=None, participant=participant, since=stopped.at)
    if to == ParticipantState.LEFT:
        part(participant, by=by)


@transaction.atomic
def offboard(participant: Participant, *, by: Actor, reason: str) -> None:
    """End the participation of `participant` for good (`participants.departing`). Raises as `move_participant` does."""
    move_participant(participant, to=ParticipantState.LEFT, by=by, reason=reason)


@transaction.atomic
def give_buddy(participant: Participant, helper: Participant, *, person: str, by: Actor) -> Buddy:
    """Name somebody at `helper` who helps `participant` through its first year, from today or its first active day."""
    since = participant.active_since or timezone.now().date()
    facts = {"helper": helper, "person": person, "since": since, "until": since + timedelta(days=365)}
    buddy, _ = Buddy.objects.update_or_create(participant=participant, defaults=facts)
    record(Event.BUDDY_GIVEN, participant, by=by, helper=helper.slug)
    return buddy


@transaction.atomic
def change_participant(participant: Participant, *, fields: Collection[str], by: Actor) -> None:
    """Keep what was changed about `participant`: the `fields` named, and no other, however old it is.

    Its right to share follows `receive_only`. Raises `NameTaken`.
    """
    kept = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    with unless_taken(NameTaken, NAME_KEY):
        _keep(kept, participant, fields)
    if "receive_only" in fields:
        for group in get_objects_for_group(kept.auth_group, f"participants.{VIEW}", klass=SharingGroup):
            _settle_sharing(kept, group)
    record(
        Event.PARTICIPANT_CHANGED,
        kept,
        by=by,
        fields=sorted(fields),
        industry=kept.industry,
        receive_only=kept.receive_only,
    )


@transaction.atomic
def describe_participant(participant: Participant, *, name: str, services: list[str], by: Actor) -> list[str]:
    """What a participant's own admin may change about it; the names of the fields that were different.

    Everything else about a participant is staff's, and so is its row in the database: these two columns are written as
    the portal itself. Raises `NameTaken`.
    """
    wanted: dict[str, Any] = {"name": name, "services": services}
    with acting_as_system():
        kept = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
        changed = sorted(field for field, value in wanted.items() if getattr(kept, field) != value)
        if changed:
            with unless_taken(NameTaken, NAME_KEY):
                Participant.objects.filter(pk=participant.pk).update(**wanted)
    if changed:
        record(Event.PARTICIPANT_CHANGED, participant, by=by, fields=changed)
    return changed


def groups_of(participant: Participant) -> list[SharingGroup]:
    """The sharing groups `participant` is in; each says by `may_share` whether it may share there."""
    groups = list(get_objects_for_group(participant.auth_group, f"participants.{VIEW}", klass=SharingGroup))
    shares = set(get_objects_for_group(participant.auth_group, f"participants.{CONTRIBUTE}", klass=SharingGroup))
    for group in groups:
        group.may_share = group in shares
    return groups


@transaction.atomic
def join_group(participant: Participant, group: SharingGroup, *, by: Actor) -> None:
    """Let `participant` see the signals of `group`, and share there unless it is receive-only."""
    assign_perm(VIEW, participant.auth_group, group)
    _settle_sharing(participant, group)
    record(Event.GROUP_JOINED, group, by=by, participant=participant.slug, receive_only=participant.receive_only)


@transaction.atomic
def leave_group(participant: Participant, group: SharingGroup, *, by: Actor) -> None:
    """Take both permissions on `group` from `participant`."""
    for permission in (VIEW, CONTRIBUTE):
        remove_perm(permission, participant.auth_group, group)
    record(Event.GROUP_LEFT, group, by=by, participant=participant.slug)


@transaction.atomic
def add_group(slug: str, *, name: str, by: Actor) -> SharingGroup:
    """A new sharing group that nobody is in yet. Raises `NameTaken`."""
    with unless_taken(NameTaken, *GROUP_KEYS):
        group = SharingGroup.objects.create(slug=slug, name=name)
    record(Event.GROUP_ADDED, group, by=by)
    return group


@transaction.atomic
def change_group(group: SharingGroup, *, fields: Collection[str], by: Actor) -> None:
    """Keep what was changed about `group`: the `fields` named, and no other, however old it is. Raises `NameTaken`."""
    kept = SharingGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    with unless_taken(NameTaken, *GROUP_KEYS):
        _keep(kept, group, fields)
    record(Event.GROUP_CHANGED, kept, by=by, fields=sorted(fields))


def default_group(*, by: Actor) -> SharingGroup:
    """The group of all active participants, made when it is first needed."""
    group = SharingGroup.objects.filter(slug=SharingGroup.DEFAULT_SLUG).first()
    return group or add_group(SharingGroup.DEFAULT_SLUG, name="All participants", by=by)


@transaction.atomic
def add_member(participant: Participant, user: User, *, role: Role, by: Actor) -> Member:
    """Give `user` a place in `participant`. Raises `AlreadyMember`."""
    if user.coalition_role or Member.objects.filter(user=user).exists():
        raise AlreadyMember
    member = Member.objects.create(participant=participant, user=user, role=role)
    record(Event.MEMBER_ADDED, member, by=by, role=role.value)
    return member


def _keep(kept: Model, changed: Model, fields: Collection[str]) -> None:
    for field in fields:
        setattr(kept, field, getattr(changed, field))
    kept.save(update_fields=fields)


def _settle_sharing(participant: Participant, group: SharingGroup) -> None:
    settle = remove_perm if participant.receive_only else assign_perm
    settle(CONTRIBUTE, participant.auth_group, group)
