"""CSV files in the native header, made from a seed, with what must come of them known by construction."""

import csv
import hashlib
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

HEADER = (
    "kind",
    "value",
    "service",
    "harm_types",
    "severity",
    "confidence",
    "observed_at",
    "incident",
    "policy",
    "note",
    "tlp",
    "expires_at",
)
Row = dict[str, str]

# Each maker gives the n-th value of its kind twice: as most write it, and as somebody else might.
SPELLINGS: dict[str, Callable[[int], tuple[str, str]]] = {
    "email": lambda n: (f"person{n}@example.com", f" PERSON{n}@Example.COM "),
    "username": lambda n: (f"player.{n}", f"@Player.{n}"),
    "account_id": lambda n: (f"{10_000_000 + n}", f" {10_000_000 + n} "),
    "payment_handle": lambda n: (f"$pay{n}", f"$PAY{n}"),
    "url": lambda n: (f"https://files.example/a/{n}", f"hxxps://files[.]example/a/{n}#top"),
    "domain": lambda n: (f"site{n}.example", f"Site{n}[.]EXAMPLE"),
    "keyword": lambda n: (f"phrase number {n}", f"Phrase  Number {n}"),
    "md5": lambda n: _hex("md5", n, 32),
    "sha1": lambda n: _hex("sha1", n, 40),
    "sha256": lambda n: _hex("sha256", n, 64),
    "pdq": lambda n: _hex("pdq", n, 64),
    "photodna": lambda n: _hex("photodna", n, 288),
    "video_md5": lambda n: _hex("video", n, 32),
}
PHONES = 80  # numbers set aside for fiction: 555-0100 to 555-0109 in eight area codes
AREAS = ("202", "212", "303", "312", "415", "503", "617", "702")
READ_BY_PEOPLE = ("email", "phone", "username", "account_id", "payment_handle", "url")
NEEDS_SERVICE = ("username", "account_id", "payment_handle")

# What spoils a row, by the code it must be rejected for.
SPOILERS: dict[str, Row] = {
    "missing_value": {"value": "  "},
    "unknown_kind": {"kind": "pigeon"},
    "invalid_value": {"kind": "email", "value": "not an address"},
    "missing_service": {"kind": "username", "value": "nobody", "service": ""},
    "missing_harm_type": {"harm_types": ""},
    "unknown_harm_type": {"harm_types": "grooming;rudeness"},
    "bad_severity": {"severity": "enormous"},
    "bad_confidence": {"confidence": "101"},
    "bad_date": {"observed_at": "the day before"},
    "future_date": {"observed_at": "2099-01-01"},
    "past_expiry": {"expires_at": "2020-01-01"},
    "bad_tlp": {"tlp": "CLEAR"},
    "too_long": {"incident": "x" * 65},
    "control_character": {"note": "a bell \x07 in it"},
    "too_many_cells": {"surplus": "one too many"},
    "too_broad": {"kind": "md5", "value": hashlib.md5(b"", usedforsecurity=False).hexdigest()},
}


@dataclass(frozen=True)
class IntakeFile:
    """A file, and what an empty group must make of it."""

    content: bytes
    counts: dict[str, Any]
    by_kind: dict[str, int]

    @property
    def for_people(self) -> int:
        """How many of its signals enter the queue of each company that reads them."""
        return sum(self.by_kind.get(kind, 0) for kind in READ_BY_PEOPLE)


def intake_file(rows: int, *, first: int = 0, spoiled: float = 0.06, again: float = 0.1) -> IntakeFile:
    """`rows` rows, of which about `spoiled` are rejected and `again` repeat an earlier one in another spelling.

    `first` numbers the first signal: files whose numbers do not meet share none. From 200 rows on every error is in it,
    and every kind (phone numbers only where `first` is small: there are few of them for fiction).
    """
    dice = random.Random(first)
    codes = list(SPOILERS)
    errors: Counter[str] = Counter()
    made: list[tuple[str, int]] = []
    duplicates = 0
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for number in range(rows):
        if dice.random() < spoiled or number < len(codes):
            code = codes[number % len(codes)]
            errors[code] += 1
            writer.writerow(_cells({**_good(dice, "url", 9_000_000 + first + number), **SPOILERS[code]}))
        elif made and dice.random() < again:
            duplicates += 1
            writer.writerow(_cells(_good(dice, *dice.choice(made), spelling=1)))
        else:
            made.append(_next_signal(first + len(made)))
            writer.writerow(_cells(_good(dice, *made[-1])))
    by_kind = Counter(kind for kind, _ in made)
    counts = {"read": rows, "new": len(made), "corroborated": 0, "already_yours": 0, "duplicate": duplicates}
    counts["rejected"] = errors.total()
    return IntakeFile(out.getvalue().encode(), {**counts, "errors": dict(sorted(errors.items()))}, dict(by_kind))


def _next_signal(number: int) -> tuple[str, int]:
    kinds = ("phone", *SPELLINGS) if number < PHONES * (len(SPELLINGS) + 1) else tuple(SPELLINGS)
    return kinds[number % len(kinds)], number


def _good(dice: random.Random, kind: str, number: int, spelling: int = 0) -> Row:
    return {
        "kind": kind if spelling == 0 else kind.upper(),
        "value": _spelt(kind, number)[spelling],
        "service": "northwind" if kind in NEEDS_SERVICE else "",
        "harm_types": dice.choice(("grooming", "financial_sextortion", "csam_distribution;grooming", "sextortion")),
        "severity": dice.choice(("", "low", "medium", "high")),
        "confidence": dice.choice(("", "40", "75", "100")),
        "observed_at": dice.choice(("", "2025-09-26T09:54:00Z", "2025-10-17T05:15:00+02:00", "2025-11-05")),
        "incident": f"CASE-{number // 6}" if number % 3 else "",
        "policy": dice.choice(("", "Community rules §7")),
        "note": dice.choice(
            ("", "Asked to move to a second app.", "First: group chat.\nThen: direct messages, daily.")
        ),
        "tlp": dice.choice(("", "AMBER", "TLP:GREEN", "RED")),
        "expires_at": "",
    }


def _spelt(kind: str, number: int) -> tuple[str, str]:
    if kind == "phone":
        place = number // (len(SPELLINGS) + 1)
        area, line = AREAS[place % len(AREAS)], f"01{place // len(AREAS):02}"
        return f"+1{area}555{line}", f"+1 {area}-555-{line}"
    return SPELLINGS[kind](number)


def _hex(salt: str, number: int, length: int) -> tuple[str, str]:
    digest = hashlib.shake_256(f"{salt} {number}".encode()).hexdigest(length // 2)
    return digest, digest.upper()


def _cells(row: Row) -> Iterator[str]:
    yield from (row[name] for name in HEADER)
    if "surplus" in row:
        yield row["surplus"]
