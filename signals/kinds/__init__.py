"""The kinds of signal (design 2), in one table, and the one way from what was typed to what is stored."""

from collections.abc import Mapping
from unicodedata import is_normalized

from lantern.lib.folding import folded
from signals.faults import InvalidValue, RowFault
from signals.kinds.base import Basis, Kind
from signals.kinds.domain import Domain
from signals.kinds.email import Email
from signals.kinds.hashes import Md5, Pdq, PhotoDna, Sha1, Sha256, VideoMd5
from signals.kinds.keyword import Keyword
from signals.kinds.names import AccountId, PaymentHandle, Username
from signals.kinds.phone import Phone
from signals.kinds.text import CONTROL, SURROGATE
from signals.kinds.url import Url
from signals.limits import GIVEN, Lengths

__all__ = ["KINDS", "Basis", "Kind", "given_value", "kind_named", "named_service", "normal_form", "normal_value"]

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Email(), Phone(), Username(), AccountId(), PaymentHandle(),
        Url(), Domain(), Keyword(), Md5(), Sha1(), Sha256(), Pdq(), PhotoDna(), VideoMd5(),
    )
}  # fmt: skip
"""Every kind by its name, in the design's order."""


def normal_form(kind: str, value: str, service: str = "", lengths: Lengths = GIVEN) -> tuple[str, str]:
    """Normal value, and the normal service or "" for kinds that need none. Raises `RowFault` for the first fault.

    With `KEPT` lengths what is kept, which may be longer than what may be given, is read again as itself.
    """
    row = kind_named(kind)
    normal = normal_value(row, value, lengths)
    named = named_service(row, service, lengths)
    return normal, named if row.needs_service else ""


def kind_named(name: str) -> Kind:
    """The kind of that name, whatever its case and outer spaces. Raises `RowFault`: control_character, unknown_kind."""
    kind = KINDS.get(name) or KINDS.get(_cell(name, "kind").lower())
    if kind is None:
        raise RowFault("unknown_kind", "kind")
    return kind


def normal_value(kind: Kind, value: str, lengths: Lengths = GIVEN) -> str:
    """The normal form of a value: no control character, no lone surrogate. It may be longer than what was given.

    Raises `RowFault`: control_character, missing_value, too_long, invalid_value, too_broad.
    """
    try:
        return kind.normalise(given_value(value, lengths))
    except InvalidValue as refusal:
        raise RowFault(refusal.code, "value") from None


def given_value(value: str, lengths: Lengths = GIVEN) -> str:
    """A value of any kind, trimmed. Raises `RowFault`: control_character, missing_value, too_long, invalid_value."""
    text = _cell(value, "value")
    if not text:
        raise RowFault("missing_value", "value")
    if len(text) > GIVEN.value and (len(text) > lengths.value or not is_normalized("NFKC", text)):
        # What is kept is normalised. To normalise what is not takes the square of its length in marks.
        raise RowFault("too_long", "value")
    return text


def named_service(kind: Kind | None, service: str, lengths: Lengths = GIVEN) -> str:
    """The service that is named, case-folded; "" where none is. None stands for a kind that is not known.

    Raises `RowFault`: control_character, too_long, and missing_service where the kind needs one.
    """
    text = _cell(service, "service")
    if len(text) > lengths.service:
        raise RowFault("too_long", "service")
    text = folded(text)
    if not text and kind is not None and kind.needs_service:
        raise RowFault("missing_service", "service")
    return text


def _cell(text: str, field: str) -> str:
    """The trimmed text of a cell that has nothing in it which PostgreSQL, UTF-8 or a reader would trip over."""
    if not text.isprintable():
        if CONTROL.search(text):
            raise RowFault("control_character", field)
        if SURROGATE.search(text):
            raise RowFault("invalid_value", field)
    return text.strip()
