"""Links to one page, file, invitation or album."""

import re
from typing import ClassVar

import ada_url

from signals.faults import InvalidValue
from signals.kinds.base import HIDDEN, Basis, Kind
from signals.kinds.defang import defang_url, refang_url
from signals.kinds.hosts import is_too_broad, masked_host, refuse_broken_punycode

_HTTP = re.compile(r"https?:", re.IGNORECASE)
_MEGA_HOST = re.compile(r"(?:.+\.)?mega\.(?:nz|co\.nz|io|app)\.?")
_MEGA_PATH = re.compile(r"/(?:file|folder|embed|chat|collection|album|fm)/")
_MEGA_FRAGMENT = re.compile(r"[A-Za-z]?!")
# `/home` and the like as well: it may be a user's page, but elsewhere it is everybody's (`x.com/home`).
_FRONT_PATH = re.compile(r"/+(?:(?:index|home|default)(?:\.[a-z]{2,5})?/?)?", re.IGNORECASE)

TRACKING = frozenset(
    (
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "srsltid", "_ga",
        "_gl", "msclkid", "yclid", "ysclid", "_openstat", "twclid", "ttclid", "li_fat_id", "igsh", "igshid",
        "mibextid", "epik", "rdt_cid", "sccid", "sc_click_id", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi",
        "__hssc", "__hstc", "__hsfp", "hsctatracking", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id",
        "rb_clickid", "ml_subscriber", "ml_subscriber_hash", "wickedid", "irclickid", "_branch_match_id",
        "_branch_referrer", "_kx", "s_cid", "zanpid",
    )
)  # fmt: skip
"""Parameters that only say which advertisement, letter or person a visit came from; compared in lower case."""

_TRACKING_START = "utm_"
_IDLE = frozenset(("hl", "gl", "lang", "language", "locale", "ref", "ref_src", "src", "source", "_rdr", "theme", "app"))


class Url(Kind):
    """A web address. http and https stay apart; a path, a query and their spelling are somebody else's business."""

    name: ClassVar[str] = "url"
    label: ClassVar[str] = "URL"
    basis: ClassVar[Basis] = "content"
    read_by_people: ClassVar[bool] = True

    def normalise(self, value: str) -> str:
        """Defanging undone, then the WHATWG URL Standard's serialisation without user info, fragment and tracking."""
        scheme, host, path, query, fragment = _parts(_serialised(value.strip()))
        if "xn--" in host:
            refuse_broken_punycode(_name(host))
        query = _without_tracking(query)
        fragment = fragment if _is_target(host, path, fragment) else ""
        if _is_front_page(path, query, fragment) and is_too_broad(_name(host)):
            raise InvalidValue("too_broad")
        return f"{scheme}//{host}{path}{query}{fragment}"

    def masked(self, normal: str) -> str:
        scheme, host, _, _, _ = _parts(normal)
        return f"{scheme}//{masked_host(_name(host))}/{HIDDEN}"

    def show(self, normal: str) -> str:
        return defang_url(normal)


def host_of(normal: str) -> str:
    """The host of a normal URL, without its port."""
    return _name(_parts(normal)[1])


def _serialised(text: str) -> str:
    """The serialisation of a link made whole; again where only the mapping of the host brought its marks to light."""
    text = refang_url(text)
    if not _HTTP.match(text):
        raise InvalidValue
    try:
        href = ada_url.normalize_url(text)
    except ValueError:
        raise InvalidValue from None
    return href if refang_url(href) == href else _serialised(href)


def _parts(href: str) -> tuple[str, str, str, str, str]:
    """Scheme with colon, host with port, path, query with `?`, fragment with `#`, of a serialised http or https URL.

    A serialisation always has `//` and a path, and escapes every `@` in the user info, so that plain cuts are safe.
    """
    rest, hash_mark, fragment = href.partition("#")
    rest, question_mark, query = rest.partition("?")
    scheme, _, rest = rest.partition("//")
    authority, slash, path = rest.partition("/")
    return scheme, authority.rpartition("@")[2], slash + path, question_mark + query, hash_mark + fragment


def _name(host: str) -> str:
    """The host without its port."""
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def _without_tracking(query: str) -> str:
    """The query without tracking parameters; untouched when it has none, gone when nothing else was in it."""
    pieces = query[1:].split("&")
    kept = [piece for piece in pieces if not _is_tracking(piece)]
    if len(kept) == len(pieces):
        return query
    return "?" + "&".join(kept) if any(kept) else ""


def _is_tracking(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in TRACKING or name.startswith(_TRACKING_START)


def _is_target(host: str, path: str, fragment: str) -> bool:
    """Whether the fragment is what the link points at (design 8.3): `#!…`, and the keys in links of MEGA."""
    if fragment.startswith("#!"):
        return True
    if len(fragment) < 2 or not _MEGA_HOST.fullmatch(_name(host)):
        return False
    return bool(_MEGA_PATH.match(path) or _MEGA_FRAGMENT.match(fragment, 1))


def _is_front_page(path: str, query: str, fragment: str) -> bool:
    """Whether nothing in the link goes beyond the site's first page."""
    if fragment not in ("", "#!", "#!/") or not _FRONT_PATH.fullmatch(path):
        return False
    return all(piece.partition("=")[0].lower() in _IDLE for piece in query[1:].split("&") if piece)
