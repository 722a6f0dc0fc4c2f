"""A forgotten password: asked for by anybody, answered by a worker to those we know."""

import logging

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.letters import Topic
from accounts.models import ResetRequest, User
from accounts.post import write_letter
from accounts.services import change_password
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system

log = logging.getLogger(__name__)
SLICE = 100


class LinkUsed(Exception):
    """Somebody has chosen a password by this link already."""


@transaction.atomic
def ask_reset(address: str) -> None:
    """Keep that somebody typed `address`. The same is done for every address, known or not."""
    ResetRequest.keep(address)
    ring("accounts.answer_resets")


def answer_resets() -> int:
    """Write a letter for each request whose address belongs to somebody active; how many requests are done."""
    done = 0
    for _ in range(SLICE):
        with acting_as_system():
            request = ResetRequest.objects.select_for_update(skip_locked=True).order_by("created_at").first()
            if request is None:
                break
            _answer(request.opened())
            request.delete()
            done += 1
    return done


def person_of(uid: str, token: str) -> User | None:
    """Whose reset link it is; None for one that was used, is an hour old, or was never made."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(uid).decode()), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user is not None and default_token_generator.check_token(user, token) else None


@transaction.atomic
def choose_by_link(user: User, token: str, password: str) -> None:
    """Give the person of a reset link the password they chose. Of uses at once, one counts. Raises `LinkUsed`."""
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not default_token_generator.check_token(person, token):
        raise LinkUsed
    change_password(person, password, by=person)


def _answer(address: str) -> None:
    user = User.objects.filter(email__iexact=address, is_active=True).first()
    if user is None:
        return
    context = {"uid": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}
    write_letter("password_reset", topic=Topic.SECURITY, to=user, context=context)
