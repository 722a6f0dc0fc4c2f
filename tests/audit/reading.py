"""Reading proofs as somebody outside would."""

from base64 import b64decode


def read_proof(text: str) -> tuple[bytes, int, list[bytes], str]:
    """The content, number, path and checkpoint of a C2SP tlog-proof."""
    head, _, note = text.partition("\n\n")
    first, extra, index, *path = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    return b64decode(extra.removeprefix("extra ")), int(index.removeprefix("index ")), list(map(b64decode, path)), note


def read_growth(text: str) -> list[bytes]:
    """The hashes of a consistency proof."""
    return [b64decode(line) for line in text.splitlines()]
