"""What a participant's admins can do to its members. No participant loses its last admin."""

from django.db import transaction

from audit.events import Event
from audit.record import Actor, record
from participants.models import Member, Role
from participants.notices import member_removed


class LastAdmin(Exception):
    """The participant would be left without an active admin."""


class NotActive(Exception):
    """The member has been removed; only readmission changes that."""


class StillActive(Exception):
    """The member has its place already."""


@transaction.atomic
def change_role(member: Member, *, to: Role, by: Actor) -> None:
    """Give `member` another role; its own already is no change. Raises `LastAdmin` or `NotActive`."""
    present, others = _locked(member)
    if not present.is_active:
        raise NotActive
    before = Role(present.role)
    if before == to:
        return
    if before == Role.ADMIN and not others:
        raise LastAdmin
    present.role = to
    present.save(update_fields=["role"])
    record(Event.MEMBER_CHANGED, present, by=by, before=before.value, after=to.value)


@transaction.atomic
def remove_member(member: Member, *, by: Actor) -> None:
    """Take the place of `member`: it may do nothing from its next request on. Raises `LastAdmin` or `NotActive`.

    What it holds is given back by whoever listens to `member_removed`; what it did stays.
    """
    present, others = _locked(member)
    if not present.is_active:
        raise NotActive
    if present.role == Role.ADMIN and not others:
        raise LastAdmin
    present.is_active = False
    present.save(update_fields=["is_active"])
    record(Event.MEMBER_REMOVED, present, by=by, role=present.role)
    member_removed.send(Member, member=present, by=by)


@transaction.atomic
def readmit_member(member: Member, *, role: Role, by: Actor) -> None:
    """Give a removed member its place again. Its factor and its training count as they did. Raises `StillActive`."""
    present, _ = _locked(member)
    if present.is_active:
        raise StillActive
    present.is_active, present.role = True, role
    present.save(update_fields=["is_active", "role"])
    record(Event.MEMBER_READMITTED, present, by=by, role=role.value)


def _locked(member: Member) -> tuple[Member, int]:
    """The member as it is now, and how many other admins can act; the rows stay locked until the transaction ends.

    All admins of the participant are locked in one order, so of two who remove each other the second sees what the
    first did. (`participant_keeps_an_admin` says the same once more in the database.)
    """
    company = Member.objects.filter(participant=member.participant_id)
    concerned = company.filter(pk=member.pk) | company.filter(role=Role.ADMIN)
    rows = {row.pk: row for row in concerned.order_by("pk").select_for_update(of=("self",)).select_related("user")}
    others = [row for row in rows.values() if row.pk != member.pk and row.is_active and row.user.is_active]
    return rows[member.pk], len(others)
