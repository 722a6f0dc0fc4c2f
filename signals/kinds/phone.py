"""Telephone numbers."""

import re
from typing import ClassVar
from unicodedata import normalize

import phonenumbers

from lantern.lib.folding import settle
from signals.faults import InvalidValue
from signals.kinds.base import HIDDEN, Basis, Kind
from signals.kinds.text import DIRECTION, ZERO_WIDTH

_EXTENSION = re.compile(
    r"(?<![\s,;(])[\s,;(]*(?:;ext=|e?xt(?:ensi[oó]n?|n)?|доб|anexo|int|[x#~]|,,|;)[.:=]{0,2}\s*\d{1,20}#?\)?\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\(?\s?\+[\d\s().\-/‐-―−]{3,60}")
_CALLING_CODES = frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


class Phone(Kind):
    """A possible number in E.164. Whether somebody has it is not checked: numbering plans change."""

    name: ClassVar[str] = "phone"
    label: ClassVar[str] = "Phone number"
    basis: ClassVar[Basis] = "incident"
    read_by_people: ClassVar[bool] = True

    def normalise(self, value: str) -> str:
        """`+`, country code and subscriber number; the extension, `tel:` and invisible characters around it dropped."""
        text = normalize("NFKC", ZERO_WIDTH.sub("", DIRECTION.sub("", value))).strip()
        text = text[4:].strip() if text[:4].lower() == "tel:" else text
        text = _EXTENSION.sub("", text)
        if not _NUMBER.fullmatch(text):
            raise InvalidValue
        # A trunk prefix is dropped once in each reading, so a number with several zeros needs several.
        return settle(_e164, text)

    def masked(self, normal: str) -> str:
        code = next((normal[1:end] for end in (2, 3, 4) if normal[1:end] in _CALLING_CODES), "")
        last = normal[-2:] if len(normal) - len(code) > 6 else ""
        return f"+{code}{HIDDEN}{last}"


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise InvalidValue from None
    # `is_possible_number` is also content with a number that can be dialled from next door only.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise InvalidValue
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
