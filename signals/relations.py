"""By what a value is related to others, as keyed fingerprints that stay inside a sharing group."""

from collections.abc import Iterator
from uuid import UUID

from lantern.lib.seal import keyring
from signals.kinds import KINDS
from signals.kinds.hosts import is_too_broad
from signals.kinds.url import host_of
from signals.models import RelationSort

NAMES = ("username", "payment_handle")


def relation_fingerprint(group_id: int, sort: RelationSort, folded: str) -> UUID:
    """The fingerprint of what a value is folded to: equal ones meet, groups and sorts stay apart."""
    return keyring().fingerprint("relation", str(group_id), sort.value, folded)


def folds_of(kind: str, value: str) -> Iterator[tuple[RelationSort, str]]:
    """What a normal value is folded to, one of each sort. Hosts that half the world uses relate nothing."""
    if kind == "email":
        yield RelationSort.MAILBOX, KINDS[kind].fold(value) or value
        host = value.rpartition("@")[2]
    elif kind in NAMES:
        yield RelationSort.NAME, KINDS[kind].fold(value) or value
        return
    elif kind == "account_id":
        yield RelationSort.ACCOUNT, value
        return
    elif kind == "url":
        host = host_of(value)
    elif kind == "domain":
        host = value
    else:
        return
    host = host.removeprefix("www.")
    if not is_too_broad(host):
        yield RelationSort.HOST, host


def fingerprints_of(group_id: int, kind: str, value: str) -> dict[RelationSort, UUID]:
    """The fingerprints under which a normal value is related to others of its sharing group."""
    return {sort: relation_fingerprint(group_id, sort, folded) for sort, folded in folds_of(kind, value)}
