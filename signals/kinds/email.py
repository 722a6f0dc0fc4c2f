"""E-mail addresses, and the mailbox behind several spellings of one."""

import re
from typing import ClassVar
from unicodedata import normalize

from lantern.lib.folding import settle
from signals.faults import InvalidValue
from signals.kinds.base import HIDDEN, Basis, Kind, head
from signals.kinds.hosts import ascii_host, masked_host
from signals.kinds.text import DIRECTION, SURROGATE, ZERO_WIDTH

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ASCII_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_WIDE_ATOM = r"[^\s.()<>\[\]:;@\\,\"\x00-\x20\x7f-\x9f]+"
_WIDE_LOCAL = re.compile(rf"{_WIDE_ATOM}(?:\.{_WIDE_ATOM})*")
_LOCAL_OCTETS = 64

IGNORE_DOTS = frozenset(("gmail.com", "googlemail.com", "proton.me", "protonmail.com", "pm.me"))
"""Providers that deliver to the same mailbox with or without dots, by their own help pages."""

SAME_PROVIDER = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me", "pm.me": "proton.me"}


class Email(Kind):
    """An address with a dot-atom before the `@` (RFC 5321, RFC 6531) and a domain name with a dot after it."""

    name: ClassVar[str] = "email"
    label: ClassVar[str] = "E-mail address"
    basis: ClassVar[Basis] = "incident"
    read_by_people: ClassVar[bool] = True

    def normalise(self, value: str) -> str:
        """Without `mailto:`, NFC, lower case, the domain in IDNA ASCII; sub-addresses and dots are kept."""
        local, at, domain = _without_scheme(value.strip()).rpartition("@")
        if not at:
            raise InvalidValue
        return f"{_local_part(local)}@{_mail_domain(domain)}"

    def masked(self, normal: str) -> str:
        local, _, domain = normal.rpartition("@")
        return f"{head(local)}{HIDDEN}@{masked_host(domain)}"

    def fold(self, normal: str) -> str:
        """The mailbox: no `+tag`, and no dots where the provider ignores them."""
        local, _, domain = normal.rpartition("@")
        mailbox = local.partition("+")[0] or local
        if domain in IGNORE_DOTS:
            mailbox = mailbox.replace(".", "") or mailbox
        return f"{mailbox}@{SAME_PROVIDER.get(domain, domain)}"


def _without_scheme(text: str) -> str:
    """The address of a `mailto:` link (RFC 6068) without scheme and header fields."""
    if text[:7].lower() != "mailto:":
        return text
    address, _, _ = text[7:].strip().partition("?")
    return address


def _local_part(text: str) -> str:
    if text.isascii():
        local = text.lower()
        if len(local) > _LOCAL_OCTETS or not _ASCII_LOCAL.fullmatch(local):
            raise InvalidValue
        return local
    if any(pattern.search(text) for pattern in (SURROGATE, DIRECTION, ZERO_WIDTH)):
        raise InvalidValue
    local = settle(lambda each: normalize("NFC", each).lower(), text)
    if len(local.encode()) > _LOCAL_OCTETS or not _WIDE_LOCAL.fullmatch(local):
        raise InvalidValue
    return local


def _mail_domain(text: str) -> str:
    """A host name for mail has no underscores (RFC 5321, 2.3.5), and one without a dot reaches nobody else."""
    domain = ascii_host(text)
    if "." not in domain or "_" in domain:
        raise InvalidValue
    return domain
