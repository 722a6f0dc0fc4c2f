"""Files that were good once: whatever happened to them on the way, they are read or refused, never a crash.

`make fuzz` reads 200,000 of them; LANTERN_FUZZ_FILES and LANTERN_FUZZ_SEED choose how many and which.
"""

import codecs
import os
from collections.abc import Callable, Iterator
from random import Random

from lantern.bench.intake_file import intake_file
from signals.columns import NATIVE
from signals.faults import FILE_CODES, ROW_CODES, FileRefused
from signals.reader import open_table, prescan, read_head
from signals.rows import CheckedRow, check_row
from tests.signals.made_files import made_file
from tests.signals.test_properties import NOW

FILES = int(os.environ.get("LANTERN_FUZZ_FILES", "500"))
SEED = int(os.environ.get("LANTERN_FUZZ_SEED", "1"))
TOKENS = [
    b'"', b'""', b",", b";", b"\t", b"\r", b"\n", b"\r\n\r\n", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"=", b"@",
    codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE, b"sep=;\n", b"PK\x03\x04", "\u202e".encode(),
    "\u0130".encode(), "\ufb01".encode(), b"xn--", b"[.]", b"hxxps://[", b"%00", b"td_indicator", b"value", b"9" * 400,
    b"2025-13-45T99:99Z", b"+" * 300, b"\x1a", b"\x85", b"_code", b"'=1",
]  # fmt: skip


def threat_exchange() -> bytes:
    """A file of the other shape."""
    header = b"td_indicator,td_type,td_raw_indicator,td_status,td_severity,td_confidence,td_tags\n"
    return header + b"a@example.com,EMAIL_ADDRESS,a@example.com,MALICIOUS,SEVERE,80,grooming\n" * 3


GOOD = [made_file(3).content, b"".join(intake_file(15)), threat_exchange(), (",".join(NATIVE) + "\n").encode()]


def _insert(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def _cut(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.randrange(1, 40) :]


def _repeat(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    piece = data[at : at + chance.randrange(1, 60)]
    return data[:at] + piece * chance.randrange(2, 5) + data[at:]


def _flip(data: bytes, chance: Random) -> bytes:
    changed = bytearray(data or b"x")
    for _ in range(chance.randrange(1, 6)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _truncate(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _recode(data: bytes, chance: Random) -> bytes:
    encoding = chance.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp037"])
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def _delimit(data: bytes, chance: Random) -> bytes:
    return data.replace(b",", chance.choice([b";", b"\t", b"|", b",,"]))


def _splice(data: bytes, chance: Random) -> bytes:
    return _truncate(data, chance) + chance.choice(GOOD)[chance.randrange(20) :]


MUTATIONS: list[Callable[[bytes, Random], bytes]] = [
    _insert, _insert, _insert, _cut, _repeat, _flip, _flip, _truncate, _recode, _delimit, _splice,
]  # fmt: skip


def mutated(number: int) -> bytes:
    """The file with that number, the same for the same seed."""
    chance = Random(f"{SEED} {number}")
    data = chance.choice(GOOD)
    for _ in range(chance.randrange(1, 7)):
        data = chance.choice(MUTATIONS)(data, chance)
    return data


def pieces(data: bytes, chance: Random) -> Iterator[bytes]:
    """The file as it might arrive."""
    size = chance.choice([1, 7, 100, 4096, 1_000_000])
    return (data[at : at + size] for at in range(0, len(data), size))


def told_why(refused: FileRefused) -> bool:
    """Not accepted, with a known code and a sentence."""
    assert refused.code in FILE_CODES
    assert refused.message.endswith(".")
    return False


def read_whole(data: bytes, chance: Random) -> bool:
    """Read it as an upload is read; whether it was accepted."""
    try:
        read_head(pieces(data, chance))
        found = prescan(pieces(data, chance))
    except FileRefused as refused:
        return told_why(refused)
    table = open_table(pieces(data, chance))
    numbers = []
    for number, cells in table:
        checked = check_row(number, cells, table.columns, now=NOW)
        assert checked
        assert isinstance(checked, CheckedRow) or {fault.code for fault in checked} <= ROW_CODES
        numbers.append(number)
    assert len(numbers) == found.rows
    assert numbers == sorted(set(numbers))
    return True


def test_mutated_files_are_read_or_refused() -> None:
    accepted = 0
    for number in range(FILES):
        chance = Random(number)
        try:
            accepted += read_whole(mutated(number), chance)
        except Exception as fault:
            raise AssertionError(f"file {number} of seed {SEED}: {type(fault).__name__}") from fault
    assert 0.1 * FILES < accepted < 0.9 * FILES, "both ends are looked at"
