"""Requests that mean no good: each is made from the forms that pages show, then spoiled, the same for one number."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from tests.hostile import nasty
from tests.hostile.forms_of_pages import Fields

FORM = b"application/x-www-form-urlencoded"


@dataclass
class Target:
    """An address, and what its own pages send to it."""

    path: str
    method: str = "GET"
    fields: Fields = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Request:
    """What comes over the wire. `headers` are those of a browser and a few more."""

    method: str
    path: bytes
    query: bytes
    body: bytes
    content_type: bytes
    headers: dict[str, bytes]
    length: bytes | None = None

    def environ(self) -> dict[str, Any]:
        """The same as a WSGI server tells it: bytes as Latin-1 (PEP 3333)."""
        said = {"PATH_INFO": self.path, "QUERY_STRING": self.query, "CONTENT_TYPE": self.content_type}
        said["CONTENT_LENGTH"] = str(len(self.body)).encode() if self.length is None else self.length
        for name, text in self.headers.items():
            said["CONTENT_TYPE" if name == "Content-Type" else f"HTTP_{name.upper().replace('-', '_')}"] = text
        told = {name: text.decode("latin-1") for name, text in said.items()}
        return {**told, "REQUEST_METHOD": self.method, "wsgi.input": BytesIO(self.body)}

    def __str__(self) -> str:
        """Short enough for a report of what went wrong."""
        said = {name: text[:60] for name, text in self.headers.items()}
        path = quote_from_bytes(self.path)[:120]
        return f"{self.method} {path} ?{self.query[:200]!r} {self.content_type[:60]!r} {self.body[:300]!r} {said}"


def spoiled(target: Target, names: list[str], chance: Random) -> Request:
    """A request to `target` that is wrong in one to three ways; `names` are those any form of the portal has."""
    method = chance.choice(nasty.METHODS) if chance.random() < 0.1 else target.method
    path = unquote_to_bytes(target.path)
    if chance.random() < 0.15:
        path = _spoil_path(path, chance)
    pairs = _pairs(target.fields, names, chance)
    headers = {"Host": b"localhost"} | dict(nasty.header(chance) for _ in range(chance.choice([0, 0, 1, 1, 2, 4])))
    if method in {"GET", "HEAD"}:
        return Request(method, path, nasty.urlencoded(pairs, chance), b"", b"", headers)
    query = nasty.urlencoded(_pairs({}, names, chance), chance) if chance.random() < 0.2 else b""
    content_type, body = _body(target, pairs, chance)
    lengths = [*nasty.LENGTHS, b"%d" % (len(body) + 7), b"%d" % (len(body) // 2)]
    length = chance.choice(lengths) if chance.random() < 0.03 else None
    return Request(method, path, query, body, content_type, headers, length)


def _pairs(fields: Fields, names: list[str], chance: Random) -> nasty.Pairs:
    """What a browser would send, and one to three things done to it."""
    sent: nasty.Pairs = [
        (name.encode(), chance.choice(texts).encode()) for name, texts in fields.items() for texts in [texts or [""]]
    ]
    for _ in range(chance.randrange(1, 4)):
        what = chance.randrange(6)
        at = chance.randrange(len(sent)) if sent else -1
        if what == 0 and sent:
            del sent[at]
        elif what == 1 and sent:
            sent.insert(at, (sent[at][0], nasty.value(chance)))
        elif what == 2 or not sent:
            sent.append((chance.choice(names).encode(), nasty.value(chance)))
        elif what == 3:
            sent[at] = (chance.choice([sent[at][0] + b"[]", nasty.value(chance)]), sent[at][1])
        else:
            sent[at] = (sent[at][0], nasty.value(chance))
    return sent * 150 if chance.random() < 0.005 else sent


def _body(target: Target, pairs: nasty.Pairs, chance: Random) -> tuple[bytes, bytes]:
    """(content type, body); more often as a browser sends it than not."""
    kind = chance.random()
    if target.files or kind < 0.1:
        files = [name.encode() for name in target.files or {"file"}]
        content_type, body = b"multipart/form-data; boundary=b", nasty.multipart(pairs, files, chance)
    elif kind < (0.9 if "passkey" in target.path else 0.2):
        content_type, body = b"application/json", chance.choice(nasty.JSON)
    else:
        content_type, body = FORM, nasty.urlencoded(pairs, chance)
    return (chance.choice(nasty.CONTENT_TYPES) if chance.random() < 0.07 else content_type), body


def _spoil_path(path: bytes, chance: Random) -> bytes:
    parts = path.split(b"/")
    at = chance.randrange(len(parts))
    parts[at] = chance.choice([nasty.value(chance)[:3_000], b"", parts[at] + nasty.value(chance)[:200], b".."])
    return b"/".join([b"", *parts] if chance.random() < 0.2 else parts).replace(b"\r\n", b"") or b"/"


def every_target(asked: dict[str, Fields], posted: dict[str, Fields], files: dict[str, set[str]]) -> Iterator[Target]:
    """Each address as it is asked for, and each form that is posted."""
    for path, fields in sorted(asked.items()):
        yield Target(path, "GET", fields)
    for path, fields in sorted(posted.items()):
        yield Target(path, "POST", fields, files.get(path, set()))
