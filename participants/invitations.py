"""Invitations: offered by mail, used once, within a week."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.letters import Topic
from accounts.models import User
from accounts.post import write_letter
from accounts.services import EmailTaken, add_person
from audit.events import Event
from audit.record import PORTAL, Actor, record
from lantern.lib.tenancy import acting_as_system
from participants.models import Invitation, Member, Participant, Role
from participants.models.invitation import InvitationQuerySet
from participants.policies import PRESENT
from participants.services import add_member


class CannotInvite(Exception):
    """The address belongs to somebody who cannot be invited. Why is not said: it may concern another company."""


class ColleagueAlready(Exception):
    """The address belongs to a member of the inviting participant, removed or not."""


class InvitedAlready(Exception):
    """There is an invitation to that address which is neither accepted nor withdrawn."""


class HasAdmin(Exception):
    """Staff invite the first admin; where there is one, it is that admin who invites."""


class InvitationEnded(Exception):
    """The invitation was accepted or withdrawn in the meantime."""


class LinkUnknown(Exception):
    """No invitation has that link: it was cut off, replaced by a newer one, or never there."""


class LinkUsed(Exception):
    """The invitation has been accepted."""


class LinkWithdrawn(Exception):
    """The invitation was withdrawn."""


class LinkExpired(Exception):
    """The invitation's time ran out."""


class LinkClosed(Exception):
    """The participant takes nobody in at the moment, or the address has an account since."""


@transaction.atomic
def invite(participant: Participant, *, address: str, role: Role, by: Actor) -> Invitation:
    """Offer the owner of `address` a place, by a letter with a link.

    Raises `ColleagueAlready`, `CannotInvite` or `InvitedAlready`.
    """
    refuse(participant, address)
    token = token_urlsafe(32)
    invitation = Invitation(
        participant=participant,
        address=address.lower(),
        role=role,
        token_hash=hash_of(token),
        invited_by_id=by.user_id,
        expires_at=_end(),
    )
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:
        raise InvitedAlready from None
    record(Event.INVITATION_SENT, invitation, by=by, role=role.value)
    _send(invitation, token)
    return invitation


def refuse(participant: Participant, address: str) -> None:
    """Nothing, if `address` can be invited now. Raises `ColleagueAlready`, `CannotInvite` or `InvitedAlready`."""
    known = User.objects.filter(email__iexact=address).first()
    if known is not None:
        colleague = Member.objects.filter(user=known, participant=participant).exists()
        raise ColleagueAlready if colleague else CannotInvite
    if Invitation.objects.filter(participant=participant, address__iexact=address).not_ended().exists():
        raise InvitedAlready


def refuse_first_admin(participant: Participant, address: str) -> None:
    """Nothing, if staff can invite `address` as an admin now. Raises `HasAdmin`, and what `refuse` raises."""
    if Member.objects.filter(participant=participant, role=Role.ADMIN, is_active=True, user__is_active=True).exists():
        raise HasAdmin
    refuse(participant, address)


@transaction.atomic
def invite_first_admin(participant: Participant, *, address: str, by: User) -> Invitation:
    """What staff may do: bring in an admin where there is none. Raises `HasAdmin`, and what `invite` raises."""
    refuse_first_admin(participant, address)
    return invite(participant, address=address, role=Role.ADMIN, by=by)


@transaction.atomic
def renew_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Send another link, good for another week; the former one is unknown from now on. Raises `InvitationEnded`.

    Nothing is done where that has happened since `invitation` was read: of several requests at once, one sends a link.
    """
    token = token_urlsafe(32)
    expires_at = _end()
    as_read = _not_ended(invitation).filter(token_hash=invitation.token_hash)
    if not as_read.update(token_hash=hash_of(token), expires_at=expires_at):
        if _not_ended(invitation).exists():
            return
        raise InvitationEnded
    invitation.token_hash, invitation.expires_at = hash_of(token), expires_at
    record(Event.INVITATION_RENEWED, invitation, by=by)
    _send(invitation, token)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Make the link useless. Raises `InvitationEnded`."""
    if not _not_ended(invitation).update(withdrawn_at=timezone.now()):
        raise InvitationEnded
    record(Event.INVITATION_WITHDRAWN, invitation, by=by)


def hash_of(token: str) -> str:
    """What the database knows of a token: 256 random bits need no salt."""
    return sha256(token.encode(errors="replace")).hexdigest()


def invitation_of(token_hash: str) -> Invitation:
    """The invitation that the link is for, while it can be accepted.

    Raises `LinkUnknown`, `LinkUsed`, `LinkWithdrawn`, `LinkExpired` or `LinkClosed`.
    """
    with acting_as_system():
        found = Invitation.objects.select_related("participant").filter(token_hash=token_hash).first()
    if found is None:
        raise LinkUnknown
    for over, refusal in (
        (found.accepted_at is not None, LinkUsed),
        (found.withdrawn_at is not None, LinkWithdrawn),
        (found.is_expired, LinkExpired),
        (found.participant.state not in PRESENT, LinkClosed),
    ):
        if over:
            raise refusal
    return found


def accept(token_hash: str, *, name: str, password: str | None) -> Member:
    """Make the account and the member; without a password where the company signs its people on.

    However many try at once, one does. Raises what `invitation_of` raises.
    Runs as the portal itself: nobody is signed in yet.
    """
    with acting_as_system():
        # The row is the lock: who comes second sees that the link is used.
        Invitation.objects.select_for_update().filter(token_hash=token_hash).first()
        invitation = invitation_of(token_hash)
        try:
            with transaction.atomic():
                user = add_person(invitation.address, name=name, password=password, by=PORTAL)
        except (EmailTaken, IntegrityError):
            raise LinkClosed from None
        member = add_member(invitation.participant, user, role=Role(invitation.role), by=PORTAL)
        invitation.accepted_at, invitation.member = timezone.now(), member
        invitation.save(update_fields=["accepted_at", "member"])
        record(Event.INVITATION_ACCEPTED, invitation, by=member)
    return member


def _not_ended(invitation: Invitation) -> InvitationQuerySet:
    return Invitation.objects.filter(pk=invitation.pk).not_ended()


def _end() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def _send(invitation: Invitation, token: str) -> None:
    context = {
        "company": invitation.participant.name,
        "role": Role(invitation.role).label,
        "path": reverse("participants:open_invitation", args=[token]),
        "expires_at": invitation.expires_at,
    }
    write_letter("invitation", topic=Topic.INVITATION, address=invitation.address, context=context)
