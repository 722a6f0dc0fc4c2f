"""A file of the native shape, made from a seed, whose counts are known by construction."""

import random
from collections import Counter
from dataclasses import dataclass, field

from signals.columns import NATIVE
from tests.signals.files import as_file

COLUMNS = list(NATIVE)

# One row for each row code that a native file can have; `threatexchange` files alone know `not_malicious`.
FAULTY: dict[str, dict[str, str]] = {
    "missing_value": {"value": " "},
    "unknown_kind": {"kind": "carrier_pigeon"},
    "invalid_value": {"value": "nobody at nowhere"},
    "missing_service": {"kind": "username", "value": "mira.k"},
    "missing_harm_type": {"harm_types": ""},
    "unknown_harm_type": {"harm_types": "rudeness"},
    "bad_severity": {"severity": "dire"},
    "bad_confidence": {"confidence": "101"},
    "bad_date": {"observed_at": "yesterday"},
    "future_date": {"observed_at": "2099-01-01"},
    "past_expiry": {"expires_at": "2020-01-01"},
    "bad_tlp": {"tlp": "CLEAR"},
    "too_long": {"note": "x" * 1001},
    "control_character": {"policy": "a\x07b"},
    "too_many_cells": {"surplus": "one too many"},
    "too_broad": {"kind": "url", "value": "https://www.youtube.com/"},
}
HARMS = ("grooming", "sextortion", "grooming;trafficking")


@dataclass
class MadeFile:
    """The rows of a file below its header, and what must become of them."""

    rows: list[list[str]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def content(self) -> bytes:
        return as_file(COLUMNS, *self.rows)

    @property
    def counts(self) -> dict[str, object]:
        """What each way of uploading it must tell."""
        names = ("new", "corroborated", "already_yours", "duplicate", "rejected")
        return {"read": len(self.rows), **{name: self.outcomes[name] for name in names}, "errors": dict(self.errors)}

    def add(self, outcome: str, surplus: str = "", **fields: str) -> None:
        named = {"kind": "email", "harm_types": "grooming", **fields}
        self.rows.append([named.get(column, "") for column in COLUMNS] + ([surplus] if surplus else []))
        self.outcomes[outcome] += 1

    def add_faulty(self, code: str) -> None:
        """A row with that fault and no other."""
        self.add("rejected", **{"value": f"faulty-{code}@example.com".replace("_", "-"), **FAULTY[code]})
        self.errors[code] += 1


def made_file(good: int = 40, *, seed: int = 7) -> MadeFile:
    """`good` new signals of several kinds, a third of them once more in another spelling, and every fault twice."""
    chance = random.Random(seed)
    made = MadeFile()
    for number in range(good):
        note = f'first line\nsecond, "quoted" line {number}' if number % 5 == 0 else ""
        more = {"note": note, "harm_types": chance.choice(HARMS), "incident": f"case {number // 4}"}
        first, again = _spellings(number, chance)
        made.add("new", **{**more, **first})
        if number % 3 == 0:
            made.add("duplicate", **{**more, **again})
    for code in FAULTY:
        made.add_faulty(code)
        made.add_faulty(code)
    return made


def _spellings(number: int, chance: random.Random) -> tuple[dict[str, str], dict[str, str]]:
    """The same signal in two spellings."""
    match number % 4:
        case 0:
            return {"value": f"Person{number}@Example.com"}, {"value": f" mailto:person{number}@EXAMPLE.com "}
        case 1:
            name = {"kind": "username", "service": "harbor"}
            return {**name, "value": f"@Mira.{number}"}, {**name, "service": "HARBOR", "value": f"mira.{number}"}
        case 2:
            url = {"kind": "url"}
            return (
                {**url, "value": f"https://files.example/f/{number}?utm_source=x"},
                {**url, "value": f"hxxps://FILES[.]example/f/{number}#top"},
            )
        case _:
            digest = f"{chance.getrandbits(256):064x}"
            return {"kind": "sha256", "value": digest}, {"kind": "SHA256", "value": digest.upper()}
