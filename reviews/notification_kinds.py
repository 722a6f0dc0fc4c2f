"""The one table of what people are told in the portal."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class NotificationKind:
    """One thing to be told of. `page` is the address it leads to, by name; its argument is the target."""

    name: str
    label: str
    several: str
    page: str


NOTIFICATION_KINDS: Mapping[str, NotificationKind] = {
    kind.name: kind
    for kind in (
        NotificationKind(
            "feedback",
            "Another company gave feedback on a signal you shared",
            "pieces of feedback on signals you shared",
            "reviews:feedback_one",
        ),
        NotificationKind(
            "message",
            "Somebody wrote in a thread about a signal",
            "messages in threads about signals",
            "reviews:feedback_one",
        ),
        NotificationKind(
            "returned",
            "A colleague looked at your decision and returned it to you",
            "decisions returned to you",
            "reviews:review",
        ),
        NotificationKind(
            "changed",
            "A colleague looked at your decision and changed it",
            "decisions of yours that were changed",
            "reviews:review",
        ),
        NotificationKind(
            "touched",
            "A signal you decided on was withdrawn, corrected or disputed",
            "decided reviews whose signal was withdrawn, corrected or disputed",
            "reviews:review",
        ),
    )
}
