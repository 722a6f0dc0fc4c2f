"""Reading a pasted list: of which kind each line may be, defanged or not, and how it was read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lantern.lib.csvfile import unguarded
from signals.faults import FAULTS, RowFault
from signals.kinds import KINDS, normal_form
from signals.kinds.defang import refang_domain
from signals.limits import KEPT

BY_LENGTH = {32: ("md5", "video_md5"), 40: ("sha1",), 64: ("sha256", "pdq"), 288: ("photodna",)}
HANDLES = ("username", "payment_handle", "account_id")

_HEX = re.compile(r"[0-9a-fA-F]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{192}")
_SCHEME = re.compile(r"(?:h(?:xx|tt|\*\*)ps?)(?::|\[:\])", re.IGNORECASE)
_AT = re.compile(r"\[@\]|\(@\)|\[at\]|\(at\)|\{at\}", re.IGNORECASE)
_PREFIX = re.compile(rf"\s*({'|'.join(KINDS)})\s*([\t,;:])\s*(.*)", re.IGNORECASE | re.DOTALL)
_HEADER = re.compile(r"\s*\"?kind\"?\s*[\t,;]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a line: a normal value of a kind. `service` is None where one is needed and none was named."""

    kind: str
    value: str
    service: str | None


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line as it was given, the ways to read it, and those ways in words. Without a way `problem` says why."""

    number: int
    given: str
    readings: tuple[Reading, ...]
    problem: str = ""

    @property
    def read_as(self) -> str:
        """ "User name, payment handle or account id, on any service"."""
        labels = list(dict.fromkeys(KINDS[reading.kind].label for reading in self.readings))
        words = [labels[0], *(label if label.isupper() or "-" in label else label.lower() for label in labels[1:])]
        text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
        return f"{text}, on any service" if all(reading.service is None for reading in self.readings) else text

    @property
    def masked(self) -> str:
        """The value as a page shows it."""
        first = self.readings[0] if self.readings else None
        return KINDS[first.kind].mask(first.value) if first else f"{self.given[:2]}…"


def read_list(text: str, most: int) -> Iterator[ReadLine]:
    """The lines of a list, at most `most`; blank ones, repetitions and the header of a table are passed over."""
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        given = unguarded(line.strip().strip('"').strip())
        if not given or given in seen or _HEADER.match(given):
            continue
        seen.add(given)
        yield read_line(number, given)
        if len(seen) >= most:
            return


def read_line(number: int, given: str) -> ReadLine:
    """One line. `kind: value` or `kind,value,service` says the kind; otherwise it is told from the value."""
    found: list[Reading] = []
    problem = ""
    for kind, value, service in _ways(given):
        try:
            normal, named = normal_form(kind, value, service or "-", KEPT)
        except RowFault as fault:
            # Where one way of reading it works, what the others find wrong is of no interest.
            problem = problem or FAULTS[fault.code].title
            continue
        found.append(Reading(kind, normal, named if service or not named else None))
    return ReadLine(number, given, tuple(dict.fromkeys(found)), "" if found else problem)


def _ways(given: str) -> Iterator[tuple[str, str, str]]:
    prefix = _PREFIX.fullmatch(given)
    if prefix is None:
        for kind, value in _guesses(given):
            yield kind, value, ""
        return
    kind, mark, rest = prefix.groups()
    value, service = rest, ""
    if mark != ":" and KINDS[kind.lower()].needs_service:
        value, _, service = rest.partition(mark)
    yield kind.lower(), value.strip().strip('"'), service.partition(mark)[0].strip().strip('"')


def _guesses(given: str) -> Iterator[tuple[str, str]]:
    """The kinds a value without a prefix may be of, the likeliest first."""
    mail = refang_domain(_AT.sub("@", given))
    if _SCHEME.match(given):
        yield "url", given
    elif _HEX.fullmatch(given) and len(given) in BY_LENGTH:
        yield from ((kind, given) for kind in BY_LENGTH[len(given)])
    elif _BASE64.fullmatch(given):
        yield "photodna", given
    elif given.startswith("+") or given[:4].lower() == "tel:":
        yield "phone", given
    elif "@" in mail.removeprefix("@"):
        yield "email", mail
    elif " " in given:
        yield "keyword", given
    else:
        yield from _ambiguous(given)


def _ambiguous(given: str) -> Iterator[tuple[str, str]]:
    """A bare word: a host, a link without its scheme, or a name somewhere."""
    host = refang_domain(given)
    if "." in host.strip("."):
        if "/" in host:
            yield "url", f"https://{host}"
            yield "url", f"http://{host}"
            return
        yield "domain", host
    yield from ((kind, given) for kind in HANDLES)
    yield "keyword", given
