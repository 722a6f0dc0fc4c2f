"""The outbox: letters are written in the transaction of the change they tell of, and sent after it.

A letter counts as sent once the mail server has taken it. A crash between that and the commit sends it again under the
same Message-ID, so that mailboxes show it once.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from accounts.letters import OPTIONAL, Topic, render_letter
from accounts.models import Letter, RefusedTopic, User
from audit.events import Event
from audit.record import Actor, record
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system

log = logging.getLogger(__name__)

SLICE = 100
MOST_ATTEMPTS = 12  # with doubled waits from a minute on: about three days
LONGEST_WAIT = timedelta(hours=12)
KEPT = timedelta(days=30)


def write_letter(
    name: str,
    *,
    topic: Topic,
    to: User | None = None,
    address: str = "",
    context: Mapping[str, object] | None = None,
) -> Letter | None:
    """Put the letter `name` to a person, or to an `address`, into the outbox; None where the topic is refused.

    Its templates see `context`, `person` and `site`. It never holds an identifier of a signal.
    """
    if to is not None and topic != Topic.SECURITY and RefusedTopic.objects.filter(user=to, topic=topic).exists():
        return None
    letter = Letter(user=to, name=name, topic=topic)
    letter.seal_up(address or (to.email if to else ""), render_letter(name, {"person": to, **(context or {})}))
    letter.save(force_insert=True)
    ring("accounts.send_letters")
    return letter


@transaction.atomic
def choose_topics(user: User, *, wanted: Collection[Topic], by: Actor) -> None:
    """Keep which of the optional topics `user` wants letters on; of two choices at once the later holds.

    Letters on security always come. A choice that is made already is no other.
    """
    User.objects.select_for_update().get(pk=user.pk)
    refused = [topic for topic in OPTIONAL if topic not in wanted]
    if {*refused} == {*RefusedTopic.objects.filter(user=user).values_list("topic", flat=True)}:
        return
    RefusedTopic.objects.filter(user=user).delete()
    RefusedTopic.objects.bulk_create([RefusedTopic(user=user, topic=topic) for topic in refused])
    record(Event.LETTERS_CHOSEN, user, by=by, refused=[topic.value for topic in refused])


def send_due() -> int:
    """Hand over what is due, each letter in a transaction of its own; how many went. Safe to run twice at once."""
    sent = 0
    for _ in range(SLICE):
        with acting_as_system():
            letter = Letter.objects.select_for_update(skip_locked=True).due().first()
            if letter is None:
                break
            sent += _hand_over(letter)
    return sent


def clear_old() -> int:
    """Remove letters that are over: 30 days after they were sent or given up."""
    limit = timezone.now() - KEPT
    with acting_as_system():
        over = Letter.objects.filter(sent_at__lt=limit) | Letter.objects.filter(gave_up_at__lt=limit)
        return over.delete()[0]


def _hand_over(letter: Letter) -> bool:
    """Whether the letter went. Whatever is wrong with it counts as an attempt: it holds up no other."""
    letter.attempts += 1
    try:
        _message(letter).send()
    except Exception as error:  # noqa: BLE001 -- an error that went on would take the count of attempts back
        # The error may name the address: only its type is logged.
        log.warning("letter %s was not taken at attempt %d (%s)", letter.pk, letter.attempts, type(error).__name__)
        letter.try_after = timezone.now() + min(timedelta(minutes=2**letter.attempts), LONGEST_WAIT)
        if letter.attempts >= MOST_ATTEMPTS:
            letter.gave_up_at = timezone.now()
    else:
        letter.sent_at = timezone.now()
    letter.save(update_fields=["attempts", "try_after", "sent_at", "gave_up_at"])
    return letter.sent_at is not None


def _message(letter: Letter) -> EmailMultiAlternatives:
    rendered = letter.opened()
    headers = {
        "Message-ID": f"<{letter.pk}@{settings.MAIL_DOMAIN}>",
        "Auto-Submitted": "auto-generated",
        "Date": letter.created_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
    }
    message = EmailMultiAlternatives(rendered.subject, rendered.text, to=[letter.opened_address()], headers=headers)
    message.attach_alternative(rendered.html, "text/html")
    return message
