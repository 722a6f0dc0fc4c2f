"""Short threads between a contributor and the company that wants to know more. Words only, nobody's identifiers."""

import re
from unicodedata import normalize
from uuid import UUID

import phonenumbers
from django.db import transaction

from audit.events import Event
from audit.record import record
from lantern.lib.ids import new_id
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.feedback import sharers_of
from reviews.feedback_kinds import ASKS
from reviews.models import Decision, Feedback, FeedbackMessage, GivenFeedback
from reviews.models.feedback import seal_message
from reviews.notifying import notify
from signals.kinds.defang import refang_domain
from signals.kinds.text import ZERO_WIDTH

MOST_MESSAGES = 20
LONGEST = 600

_AT = re.compile(r"(?:(?<!\s)\s+)?(?:\[@\]|\(@\)|[\[({]\s*at\s*[\])}])\s*", re.IGNORECASE)
_MAIL = re.compile(r"\S@\S")
_LINK = re.compile(
    r"\b(?:h(?:tt|xx)ps?|ftp)\s*:|\bwww\.|(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?![\w.])/?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<!\w)\+?\d(?:[\s().\-/]{0,3}\d){6,}(?!\w)")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_REGIONS = ("GB", "US")


class ThreadClosed(Exception):
    """Nothing is asked here, or all has been said that a short thread holds."""


class NamesSomebody(Exception):
    """The words hold an e-mail address, a telephone number or a link. Never carries them."""


def identifier_in(words: str) -> str:
    """ "an e-mail address", "a link" or "a telephone number" where the words hold one, defanged or not; else ""."""
    text = refang_domain(_AT.sub("@", normalize("NFKC", ZERO_WIDTH.sub("", words))))
    if _MAIL.search(text):
        return "an e-mail address"
    if _LINK.search(text):
        return "a link"
    undated = _DATE.sub(" a day ", text)
    found = any(phonenumbers.PhoneNumberMatcher(undated, region).has_next() for region in _REGIONS)
    return "a telephone number" if found or _DIGITS.search(undated) else ""


@transaction.atomic
def write(feedback_id: UUID, words: str, *, by: Member) -> None:
    """Add a message of `by`'s company to the thread, in the copy of either side.

    Raises `NamesSomebody`, and `ThreadClosed` also where the member's company is neither side.
    """
    if not words or identifier_in(words):
        raise NamesSomebody
    received = Feedback.objects.visible_to(by).standing().filter(pk=feedback_id).first()
    given = GivenFeedback.objects.visible_to(by).standing().filter(feedback=feedback_id).first()
    side = received or given
    if side is None or side.kind != ASKS.name:
        raise ThreadClosed
    with acting_as_system():
        # The feedback's row is the lock: two people cannot both write the last message.
        feedback = Feedback.objects.select_for_update(no_key=True).get(pk=feedback_id)
        giver = GivenFeedback.objects.get(feedback=feedback_id)
        own = FeedbackMessage.objects.filter(feedback=feedback_id, participant=by.participant_id, is_own=True)
        if own.count() >= MOST_MESSAGES or feedback.taken_back_at is not None:
            raise ThreadClosed
        sides = (feedback.participant_id, giver.participant_id)
        FeedbackMessage.objects.bulk_create(_copy(feedback, side, words, by) for side in sides)
        notify(_others(feedback, giver, by), "message", feedback_id)
    record(Event.FEEDBACK_WRITTEN, FeedbackMessage, by=by, length=len(words))


def messages_of(feedback_id: UUID, member: Member) -> list[FeedbackMessage]:
    """The thread as the member's company keeps it, the oldest first."""
    own = FeedbackMessage.objects.filter(feedback=feedback_id, participant=member.participant_id)
    return list(own.order_by("id"))


def _copy(feedback: Feedback, side: int, words: str, by: Member) -> FeedbackMessage:
    message_id = new_id()
    return FeedbackMessage(
        id=message_id,
        participant_id=side,
        feedback=feedback,
        is_own=side == by.participant_id,
        words=seal_message(words, message_id),
    )


def _others(feedback: Feedback, giver: GivenFeedback, by: Member) -> list[Member]:
    if by.participant_id == giver.participant_id:
        return sharers_of(feedback.contribution)
    standing = Decision.objects.in_force().filter(review=giver.review_id).select_related("decided_by")
    return [decision.decided_by for decision in standing]
