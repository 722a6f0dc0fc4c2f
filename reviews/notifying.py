"""Telling people in the portal: writing, reading, choosing, and the letter that counts what is unread."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.letters import Topic
from accounts.models import User
from accounts.post import write_letter
from audit.events import Event
from audit.record import record
from lantern.lib.compiled import CompiledQuery, Parameter
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.models import Notification, NotificationChoice
from reviews.models.notification import Digest
from reviews.notification_kinds import NOTIFICATION_KINDS

EVERY = {Digest.DAILY: timedelta(hours=20), Digest.WEEKLY: timedelta(days=6, hours=20)}
SLICE = 200


def notify(members: Iterable[Member], kind: str, target: UUID) -> None:
    """Tell each of the members that still act, unless she refused the kind or has it unread already.

    Part of what it tells of, whose event stands for it.
    """
    with acting_as_system():
        users = [member.user_id for member in Member.objects.acting().filter(pk__in=[each.pk for each in members])]
        refusing = NotificationChoice.objects.filter(user__in=users, refused__contains=[kind])
        silent = set(refusing.values_list("user_id", flat=True))
        rows = [Notification(user_id=user, kind=kind, target=target) for user in users if user not in silent]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def mark_read(user: User, *, by: Member, notification: UUID | None = None) -> int:
    """Mark one of one's notifications as read, or all of them; says how many it was news for."""
    unread = Notification.objects.of(user).unread()
    chosen = unread.filter(pk=notification) if notification else unread
    number = chosen.update(read_at=Now())
    record(Event.NOTIFICATIONS_READ, Notification, by=by, number=number)
    return number


def choice_of(user: User) -> NotificationChoice:
    """What a person chose to be told, or the default."""
    return NotificationChoice.objects.filter(user=user).first() or NotificationChoice(user=user)


@transaction.atomic
def choose(*, wanted: Collection[str], digest: Digest, by: Member) -> None:
    """Keep what one wants to be told in the portal, and how often a letter counts it."""
    refused = [kind for kind in NOTIFICATION_KINDS if kind not in wanted]
    values = {"refused": refused, "digest": digest}
    choice, _ = NotificationChoice.objects.update_or_create(user=by.user, defaults=values)
    record(Event.NOTIFICATIONS_CHOSEN, choice, by=by, refused=refused, digest=digest.value)


def unread_count(user: User) -> int:
    """How many there are to read."""
    return sum(number for (number,) in _unread.rows(user=user.pk))


def write_digests() -> int:
    """Write a letter to each person whose time for one has come and who has something new, up to `SLICE` of them.

    Says how many were written.

    A letter and the marks of what it counted commit together, so that doing it twice writes nothing twice. However many
    want none or had one just now, the others are reached.
    """
    with acting_as_system():
        unmailed = Notification.objects.unread().filter(mailed_at__isnull=True)
        users = list(unmailed.values_list("user_id", flat=True).order_by().distinct())
    written = (user for user in users if _write_digest(user))
    return sum(1 for _ in islice(written, SLICE))


def _write_digest(user_id: int) -> bool:
    with acting_as_system():
        member = Member.objects.acting().select_related("user").filter(user=user_id).first()
        # The person's row is the lock: two workers write one letter.
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        new = Notification.objects.of(user).unread().filter(mailed_at__isnull=True)
        if member is None or not _is_time(user):
            return False
        counts = list(new.order_by("kind").values("kind").annotate(number=Count("pk")))
        if not counts:
            return False
        new.update(mailed_at=Now())
        lines = [_line(row["kind"], row["number"]) for row in counts]
        return write_letter("work_digest", topic=Topic.WORK, to=user, context={"lines": lines}) is not None


def _is_time(user: User) -> bool:
    digest = Digest(choice_of(user).digest)
    if digest not in EVERY:
        return False
    recent = Q(mailed_at__gt=timezone.now() - EVERY[digest])
    return not Notification.objects.of(user).filter(recent).exists()


def _line(kind: str, number: int) -> str:
    row = NOTIFICATION_KINDS[kind]
    return row.label if number == 1 else f"{number:,} {row.several}"


@CompiledQuery
def _unread() -> QuerySet[Notification, tuple[int]]:
    unread = Notification.objects.filter(user=Parameter("user")).unread().order_by()
    return unread.values("user").annotate(number=Count("pk")).values_list("number")
