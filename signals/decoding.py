"""Bytes of an uploaded file to text, a chunk at a time, with the refusals that bytes alone give reason for."""

import io
import re
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from signals.faults import FileRefused, refused
from signals.limits import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_HEAD_BYTES = 4_096
_BUFFER_BYTES = 65_536

# The first bytes of files that people rename to .csv, from the specifications of their formats.
_SIGNATURES = (
    (b"PK\x03\x04", "a spreadsheet or a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"PK\x07\x08", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (b"MSCF", "a cabinet archive"),
    (b"LZIP", "an lzip archive"),
    (b"\x1f\x9d", "a compressed file"),
    (b"{\\rtf", "an RTF document"),
    (b"ID;PWXL", "a spreadsheet in the SYLK format"),
    (b"\x09\x00\x04\x00", "an old Excel file"),
    (b"\x09\x02\x06\x00", "an old Excel file"),
    (b"\x09\x04\x06\x00", "an old Excel file"),
    (b"]\x00\x00", "an LZMA archive"),
    (b"SQLite format 3\x00", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)
_PATTERNS = (
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), "a bzip2 archive"),
    # The third and fourth byte are the size of a short header, which keeps them from being UTF-8.
    (re.compile(rb"\x60\xea.[\x00-\x0a]", re.DOTALL), "an ARJ archive"),
    # The header of a CSV may begin with the same letters; that a cell names its column or row is SYLK's alone.
    (
        re.compile(rb"ID;P[^;\r\n]*(?:;[NE])*[\r\n](?:.*[\r\n])?C;[XY][0-9]+;", re.DOTALL),
        "a spreadsheet in the SYLK format",
    ),
    (re.compile(rb'TABLE\r?\n0,1\r?\n"'), "a spreadsheet in the DIF format"),
)
_PDF = re.compile(rb"[\s\x00]*%PDF-")
_MARKUP = re.compile(r"\s*<(?:[!?]|[a-z][a-z0-9:-]*(?:\s[^<>]*)?/?>)", re.IGNORECASE)

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF32_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")


class _Chunks(io.RawIOBase):
    """A stream over an iterable of byte chunks that counts, and stops at the byte after the last one allowed."""

    def __init__(self, chunks: Iterable[bytes], limits: Limits) -> None:
        self._chunks = iter(chunks)
        self._limit = limits.max_bytes
        self._rest = memoryview(b"")
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer)
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._count(len(chunk))
            self._rest = memoryview(chunk)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _count(self, size: int) -> None:
        self._seen += size
        if self._seen > self._limit:
            raise refused("too_large", f"The file is larger than {self._limit / 1_000_000:,.0f} MB")


def text_of(chunks: Iterable[bytes], limits: Limits) -> io.TextIOWrapper:
    """The text of a file, decoded as it is read; line ends (CR, LF, CRLF) are kept, and nothing else ends a line.

    Raises `FileRefused`, now or while it is read: empty_file, not_a_csv, unknown_encoding, too_large. Broken text shows
    only where it is: reading there raises UnicodeError, which `unreadable` puts into words.
    """
    rest = iter(chunks)
    start = b""
    while len(start) < _HEAD_BYTES and (chunk := next(rest, None)) is not None:
        start += chunk
    if not start:
        raise refused("empty_file", "There is nothing in the file")
    _refuse_other_formats(start)
    stream = io.BufferedReader(_Chunks(chain((start,), rest), limits), _BUFFER_BYTES)
    return io.TextIOWrapper(stream, encoding=_encoding(start), errors="strict", newline="")


def unreadable() -> FileRefused:
    """The refusal of text that is in no encoding we read."""
    return refused("unknown_encoding", "The text of the file is neither UTF-8 nor UTF-16 with its byte-order mark")


def _refuse_other_formats(start: bytes) -> None:
    what = next((what for signature, what in _SIGNATURES if start.startswith(signature)), None)
    if what is None and start[257:262] == b"ustar":
        what = "a tar archive"
    if what is None:
        what = next((what for pattern, what in _PATTERNS if pattern.match(start)), None)
    if what is None and _PDF.match(start.removeprefix(_UTF8_MARK)):
        what = "a PDF document"
    if what is None and _MARKUP.match(_roughly(start)):
        what = "a web page or an XML file"
    if what is not None:
        raise refused("not_a_csv", f"The file is {what}, not a CSV file")


def _roughly(start: bytes) -> str:
    """The beginning as text good enough to see markup in it."""
    if start.startswith(_UTF16_MARKS):
        return start[: len(start) & ~1].decode("utf-16", "replace")
    return start.removeprefix(_UTF8_MARK).decode("latin-1")


def _encoding(start: bytes) -> str:
    if start.startswith(_UTF32_MARKS):
        raise unreadable()
    return "utf-16" if start.startswith(_UTF16_MARKS) else "utf-8-sig"
