"""The keys of the review pages: one table, which the help, the settings and the script read.

Single keys can be switched off and changed (WCAG 2.2, 2.1.4); they rest while somebody types.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from audit.events import Event
from audit.record import record
from lantern.lib.compiled import CompiledQuery, Parameter
from participants.models import Member
from reviews.models import KeySettings


@dataclass(frozen=True)
class Act:
    """Something a key does. `name` is what `static/js/keys.js` knows it by."""

    name: str
    key: str
    label: str


ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("help", "?", "Show or hide this list"),
        Act("next", "j", "Next item of the list"),
        Act("previous", "k", "Item before"),
        Act("claim", "c", "Claim this review"),
        Act("actioned", "a", "Actioned"),
        Act("dismissed", "d", "Dismissed"),
        Act("skip", "s", "Skip: give the review back"),
        Act("escalate", "e", "Ask for a second look"),
        Act("reveal", "r", "Show or hide the value"),
        Act("undo", "z", "Undo what you decided just now"),
        Act("search", "/", "To the filters"),
        Act("select", "x", "Choose the item, where several can be chosen"),
        Act("queue", "g q", "To the queue"),
        Act("keep", "l", "Keep the review for longer"),
    )
}
# Not to be changed: digits choose the measure or reason of that number, and with Ctrl a key is no single key.
FIXED = (
    ("1 to 9", "One more of that measure, or the reason of that number"),
    ("Enter", "Open the item of the list that has the focus"),
    ("Ctrl+Enter", "Save and next; works while you type as well"),
)
SAVE_AND_NEXT = "Ctrl+Enter"


class KeyTaken(Exception):
    """Two acts would have the same key, or one would hide the other."""


def keys_of(member: Member) -> dict[str, str]:
    """Act to key, as the member uses them; empty where she has switched single keys off."""
    chosen = _chosen.first(member=member.pk)
    if chosen is not None and not chosen.is_on:
        return {}
    return all_keys(chosen)


def all_keys(chosen: KeySettings | None) -> dict[str, str]:
    """Act to key, switched on or not."""
    differing = chosen.keys if chosen else {}
    return {name: differing.get(name, act.key) for name, act in ACTS.items()}


@transaction.atomic
def choose_keys(keys: Mapping[str, str], *, is_on: bool, by: Member) -> KeySettings:
    """Use these keys from now on, act to key. Raises `KeyTaken`."""
    wanted = {name: keys.get(name) or act.key for name, act in ACTS.items()}
    if clash(wanted):
        raise KeyTaken
    differing = {name: key for name, key in wanted.items() if key != ACTS[name].key}
    values = {"keys": differing, "is_on": is_on, "participant": by.participant}
    settings, _ = KeySettings.objects.update_or_create(member=by, defaults=values)
    record(Event.KEYS_CHOSEN, by, by=by, is_on=is_on, differing=len(differing))
    return settings


def clash(keys: Mapping[str, str]) -> str:
    """The name of an act whose key another one has already, or whose first stroke is another one's; empty for none."""
    taken: set[str] = set()
    for name, key in keys.items():
        if key in taken or any(key.startswith(f"{other} ") or other.startswith(f"{key} ") for other in taken):
            return name
        taken.add(key)
    return ""


@CompiledQuery
def _chosen() -> QuerySet[KeySettings]:
    return KeySettings.objects.filter(member=Parameter("member"))
