"""Hashes of known material: of the bytes of a file, or of what an image looks like."""

import re
from binascii import a2b_base64
from typing import ClassVar

from signals.faults import InvalidValue
from signals.kinds.base import HIDDEN, Basis, Kind

_HEX = re.compile(r"[0-9a-f]+")


class Hash(Kind):
    """A hash of `size` bytes in lower-case hex. A hash of nothing, and all zeros, is on everybody's disk."""

    basis: ClassVar[Basis] = "content"
    size: ClassVar[int]
    of_empty: ClassVar[str] = ""

    def normalise(self, value: str) -> str:
        """Lower-case hex of the right length."""
        digits = value.strip().lower()
        if len(digits) != 2 * self.size or not _HEX.fullmatch(digits):
            raise InvalidValue
        if digits == self.of_empty or not digits.strip("0"):
            raise InvalidValue("too_broad")
        return digits

    def masked(self, normal: str) -> str:
        return f"{normal[:4]}{HIDDEN}{normal[-2:]}"


class Md5(Hash):
    """MD5 of a file (RFC 1321)."""

    name: ClassVar[str] = "md5"
    label: ClassVar[str] = "MD5"
    size: ClassVar[int] = 16
    of_empty: ClassVar[str] = "d41d8cd98f00b204e9800998ecf8427e"


class Sha1(Hash):
    """SHA-1 of a file (FIPS 180-4)."""

    name: ClassVar[str] = "sha1"
    label: ClassVar[str] = "SHA-1"
    size: ClassVar[int] = 20
    of_empty: ClassVar[str] = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


class Sha256(Hash):
    """SHA-256 of a file (FIPS 180-4)."""

    name: ClassVar[str] = "sha256"
    label: ClassVar[str] = "SHA-256"
    size: ClassVar[int] = 32
    of_empty: ClassVar[str] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Pdq(Hash):
    """PDQ of an image: 256 bits; images alike differ in few."""

    name: ClassVar[str] = "pdq"
    label: ClassVar[str] = "PDQ"
    size: ClassVar[int] = 32


class PhotoDna(Hash):
    """PhotoDNA of an image: 144 bytes, written as hex or as base64."""

    name: ClassVar[str] = "photodna"
    label: ClassVar[str] = "PhotoDNA"
    size: ClassVar[int] = 144
    base64: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9+/]{192}")

    def normalise(self, value: str) -> str:
        """Lower-case hex; base64 (RFC 4648) of 144 bytes is 192 characters and needs no padding."""
        text = value.strip()
        return super().normalise(a2b_base64(text).hex() if self.base64.fullmatch(text) else text)


class VideoMd5(Md5):
    """MD5 of a video file, kept apart because videos are matched elsewhere."""

    name: ClassVar[str] = "video_md5"
    label: ClassVar[str] = "Video MD5"
