"""What can be done to the factors of a person: enrol, remove, spend, and reset by two of the staff."""

from collections.abc import Sequence
from typing import Any

import django_otp
from django.db import transaction
from django.db.models.functions import Now
from django_otp.models import Device
from django_otp_webauthn.models import WebAuthnCredential

from accounts.letters import Topic
from accounts.models import Authenticator, CoalitionRole, FactorReset, RecoverySheet, Session, User
from accounts.post import write_letter
from audit.events import Event
from audit.record import Actor, record

WORDS = {Authenticator: "authenticator", WebAuthnCredential: "passkey"}


class CodeRefused(Exception):
    """The code is not one of the new authenticator's, or has been used."""


class NameTaken(Exception):
    """The person has a factor of that name already."""


class LastFactor(Exception):
    """Without this factor nobody could sign in as the person: another one comes first."""


class SamePerson(Exception):
    """A reset needs two people, and neither may be the one it is for."""


class NotWaiting(Exception):
    """The reset was confirmed or withdrawn already, or ran out."""


def strong_factors(user: User) -> list[Any]:
    """The authenticators and passkeys of `user`, the oldest first."""
    found: list[Any] = [*Authenticator.objects.filter(user=user, confirmed=True).order_by("created_at")]
    return [*found, *WebAuthnCredential.objects.filter(user=user, confirmed=True).order_by("created_at")]


def tell(user: User, what: str, detail: str = "") -> None:
    """Write to `user` that something about their way in has changed. It cannot be switched off."""
    write_letter("account_changed", topic=Topic.SECURITY, to=user, context={"what": what, "detail": detail})


@transaction.atomic
def confirm_authenticator(user: User, *, seed: bytes, code: str, name: str, by: Actor, first: bool) -> Authenticator:
    """Enrol an authenticator that has shown that it makes the codes of `seed`; `code` is spent by it.

    `first` is for people who have no factor yet: of several at once, one gets in. Raises `CodeRefused`, `NameTaken`.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if first and strong_factors(user):
        raise NameTaken
    known = list(Authenticator.objects.filter(user=user))
    if any(device.name == name for device in known):
        raise NameTaken
    if any(device.holds(seed) for device in known):
        raise CodeRefused  # of this set-up, by a request that was quicker
    device = Authenticator.enroll(user, name=name, seed=seed)
    if not device.verify_token(code):
        raise CodeRefused
    record(Event.FACTOR_ENROLLED, user, by=by, kind="authenticator")
    tell(user, "An authenticator was added to your account", f"It is called “{name}”.")
    return device


@transaction.atomic
def enroll_passkey(user: User, ceremony: Any, *, state: Any, data: Any, name: str, by: Actor) -> WebAuthnCredential:
    """Enrol the passkey that answered the ceremony. Raises what django-otp-webauthn raises."""
    device: WebAuthnCredential = ceremony.register_complete(user=user, state=state, data=data)
    device.name = name
    device.save(update_fields=["name"])
    record(Event.FACTOR_ENROLLED, user, by=by, kind="passkey")
    tell(user, "A passkey was added to your account", f"It is called “{name}”.")
    return device


@transaction.atomic
def remove_factor(user: User, device: Any, *, by: Actor) -> None:
    """Take a factor from `user`: sessions that were entered with it end. Raises `LastFactor`.

    Nothing is done where it is gone already: of several requests at once, one takes it.
    """
    User.objects.select_for_update().get(pk=user.pk)
    present = strong_factors(user)
    if device not in present:
        return
    if len(present) < 2:
        raise LastFactor
    kind, name = WORDS[type(device)], device.name
    device.delete()
    record(Event.FACTOR_REMOVED, user, by=by, kind=kind)
    tell(user, f"An {kind} was removed" if kind[0] == "a" else f"A {kind} was removed", f"It was called “{name}”.")


@transaction.atomic
def make_recovery_codes(user: User, *, by: Actor) -> list[str]:
    """Ten fresh recovery codes, which end the old ones. They are kept hashed: show them now or never."""
    codes = RecoverySheet.renew(user)
    record(Event.RECOVERY_CODES_MADE, user, by=by, codes=len(codes))
    tell(user, "New recovery codes were made", "Codes made before no longer work.")
    return codes


@transaction.atomic
def spend_code(user: User, code: str) -> Device | None:
    """The factor of `user` that accepts `code`, which is spent by it; None, and one event, if none does.

    Six digits are a one-time code; anything else is a recovery code. A code that none accepts counts as a failure of
    each; one that is accepted counts against none of the others.
    """
    devices = _devices_for(user, code)
    for place, device in enumerate(devices):
        accepted = django_otp.verify_token(user, device.persistent_id, code)
        if accepted is not None:
            _uncount(devices[:place])
            _note_recovery(user, accepted)
            return accepted
    record(Event.SIGN_IN_REFUSED, user, by=user, step="code")
    return None


@transaction.atomic
def ask_factor_reset(person: User, *, reason: str, by: User) -> FactorReset:
    """Ask another of the staff to take all factors from `person`. Raises `SamePerson`.

    Where `by` has asked so already, for the same reason, and it still waits, that is the reset.
    """
    if not _is_staff(by) or by.pk == person.pk:
        raise SamePerson
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    asked = FactorReset.objects.waiting().filter(person=person, reason=reason, asked_by=by).first()
    if asked is not None:
        return asked
    reset = FactorReset.objects.create(person=person, reason=reason, asked_by=by)
    record(Event.FACTOR_RESET_ASKED, reset, by=by, person=person.pk)
    tell(person, "The coalition was asked to remove your factors", "A second person there has to agree first.")
    return reset


@transaction.atomic
def confirm_factor_reset(reset: FactorReset, *, by: User) -> None:
    """Take all factors and recovery codes from the person, and end their sessions.

    Raises `SamePerson` unless `by` is of the staff and neither the person nor who asked; `NotWaiting`.
    """
    if not _is_staff(by) or by.pk in (reset.person_id, reset.asked_by_id):
        raise SamePerson
    waiting = FactorReset.objects.waiting().filter(pk=reset.pk)
    if not waiting.update(confirmed_by=by, confirmed_at=Now()):
        raise NotWaiting
    person = reset.person
    for model in (Authenticator, WebAuthnCredential, RecoverySheet):
        model.objects.filter(user=person).delete()
    Session.objects.filter(user=person).delete()
    record(Event.FACTOR_RESET_CONFIRMED, reset, by=by, person=person.pk)
    tell(person, "Your factors were removed by the coalition", "At your next sign-in you set up a new one.")


@transaction.atomic
def withdraw_factor_reset(reset: FactorReset, *, by: User) -> None:
    """Let a reset be. Raises `NotWaiting`."""
    if not FactorReset.objects.waiting().filter(pk=reset.pk).update(withdrawn_at=Now()):
        raise NotWaiting
    record(Event.FACTOR_RESET_WITHDRAWN, reset, by=by, person=reset.person_id)


def _is_staff(user: User) -> bool:
    return user.is_active and user.coalition_role == CoalitionRole.STAFF


def _devices_for(user: User, code: str) -> Sequence[Any]:
    """Locked, in one order for everybody: as they are read they stay until this transaction changes them."""
    model = Authenticator if code.isdecimal() else RecoverySheet
    return list(model.objects.select_for_update().filter(user=user, confirmed=True).order_by("pk"))


def _uncount(devices: Sequence[Any]) -> None:
    """Put the count of failures of `devices` back to what it was when they were read."""
    for device in devices:
        device.save(update_fields=["throttling_failure_count", "throttling_failure_timestamp"])


def _note_recovery(user: User, device: Device) -> None:
    if isinstance(device, RecoverySheet):
        left = device.left()
        record(Event.RECOVERY_CODE_SPENT, user, by=user, left=left)
        tell(user, "A recovery code was used to sign in", f"{left} of your recovery codes are left.")
