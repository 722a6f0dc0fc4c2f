"""Host names: their ASCII form (UTS 46, non-transitional, as the WHATWG URL Standard uses it), and the too broad."""

import re
from functools import lru_cache

import ada_url
from publicsuffixlist import PublicSuffixList

from signals.faults import InvalidValue
from signals.kinds.base import HIDDEN, head
from signals.kinds.mainstream import MAINSTREAM, WHOLE

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_FRONT_LABELS = ("www", "m", "mobile", "web", "touch", "amp", "wap", "old", "new", "en")


@lru_cache(maxsize=4096)
def ascii_host(text: str) -> str:
    """The lower-case ASCII form of a domain name without its trailing dot.

    Labels hold letters, digits, hyphens inside and underscores, which real hosts have (RFC 2181, 11). Raises
    `InvalidValue` for anything else, for a name whose last label is a number (an IPv4 address to the URL Standard,
    3.5), and for broken Punycode.
    """
    name = text.lower() if text.isascii() else _mapped(text)
    name = name.removesuffix(".")
    if not _NAME.fullmatch(name) or _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise InvalidValue
    if "xn--" in name:
        refuse_broken_punycode(name)
    return name


def _mapped(text: str) -> str:
    try:
        return ada_url.idna_to_ascii(text).decode("ascii")
    except UnicodeEncodeError:
        raise InvalidValue from None


@lru_cache(maxsize=4096)
def refuse_broken_punycode(name: str) -> None:
    """Raises `InvalidValue` where an `xn--` label of an ASCII host is not how its own Unicode form is written.

    UTS 46 (4, processing) asks for it, as does the URL Standard; ada passes hosts that are all ASCII through unread.
    """
    for label in name.split("."):
        if label.startswith("xn--") and _mapped(_unicode_label(label)) != label:
            raise InvalidValue


def _unicode_label(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        raise InvalidValue from None


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def is_public_suffix(host: str) -> bool:
    """Whether anybody may register names below this ASCII host (publicsuffix.org).

    The private section counts too: `github.io` as a whole would catch as many innocent people as `co.uk`.
    """
    return bool(_public_suffixes().is_public(host))


def is_mainstream(host: str) -> bool:
    """Whether this ASCII host is the whole of a site that most people use (`signals.kinds.mainstream`)."""
    if host in MAINSTREAM:
        return True
    label, _, rest = host.partition(".")
    if label in _FRONT_LABELS and rest in MAINSTREAM:
        return True
    while rest:
        if rest in WHOLE:
            return True
        rest = rest.partition(".")[2]
    return False


def is_too_broad(host: str) -> bool:
    """Whether this ASCII host, with or without its trailing dot, stands for too many people to be a signal."""
    host = host.removesuffix(".")
    if host.startswith("["):
        return False
    return is_mainstream(host) or is_public_suffix(host)


def masked_host(host: str) -> str:
    """`ex•••••.com`: the beginning of the first label and the last label; nothing of an address in numbers."""
    first, _, rest = host.partition(".")
    last = rest.rpartition(".")[2]
    if not last or last.isdigit() or host.startswith("["):
        return HIDDEN
    return f"{head(first)}{HIDDEN[1:]}.{last}"
