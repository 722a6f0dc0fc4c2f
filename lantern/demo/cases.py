"""What the demo world's companies found: cases of a few identifiers each, made by a seeded generator. All invented.

Mail and addresses are on reserved domains, telephone numbers from ranges set aside for fiction (+1 202 555 01xx by the
North American plan, +44 20 7946 0xxx by Ofcom).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

FIRST = (
    "ada", "ben", "cleo", "dina", "egon", "fay", "gus", "hilde", "igor", "jana", "kurt", "lena", "milo", "nora", "otto",
    "pia", "remy", "sina", "theo", "vera",
)  # fmt: skip
THING = (
    "acorn", "basil", "cedar", "delta", "ember", "fjord", "grove", "hazel", "islet", "jetty", "knoll", "larch", "maple",
    "north", "ocean", "pearl",
)  # fmt: skip
MAIL = ("example.com", "example.org", "mail.example", "post.example", "inbox.test")
HOSTS = ("files.cloudnine.example", "share.example.org", "pics.example", "talk.test")
SERVICES = ("northwind", "harbor", "pixelforge", "brightpay")
HARMS = (("grooming",), ("financial_sextortion",), ("sextortion",), ("csam_distribution",), ("grooming", "sextortion"))
POLICIES = (
    "Child safety 3.1: no sexual contact with minors",
    "Community rules, section 7: sexual exploitation",
    "Minor safety: sextortion",
    "Terms, section 4: illegal content",
)
NOTES = (
    "Asked minors to move to another app; account closed and reported.",
    "Several accounts from one device; all closed.",
    "Threatened to send pictures to friends unless paid; reported.",
    "Link posted in public comments; removed the same day.",
    "Seller's wording in a listing title; see the case.",
    "",
    "",
)
HASHES = (("md5", "md5"), ("sha1", "sha1"), ("sha256", "sha256"))
# Of a hundred cases, by what they hold.
ACTORS, CONTENT = 70, 30


@dataclass(frozen=True)
class Finding:
    """One row of a file: what a company says of one signal."""

    found_at: datetime
    fields: dict[str, str]


@dataclass
class Maker:
    """Makes findings of one company, from a seed."""

    random: Random
    counter: int = field(default=0)

    def cases(self, number: int, since: datetime, until: datetime, prefix: str) -> Iterator[Finding]:
        """`number` cases between the two moments, the oldest first."""
        span = (until - since).total_seconds()
        # More happens towards the end, as the programme grows.
        moments = sorted(since + timedelta(seconds=span * self.random.random() ** 0.6) for _ in range(number))
        for at, moment in enumerate(moments):
            yield from self.case(moment, f"{prefix}-{moment.year}-{at:04d}")

    def case(self, moment: datetime, reference: str) -> Iterator[Finding]:
        """The findings of one case."""
        actor = self.random.randrange(ACTORS + CONTENT) < ACTORS
        values = self._actor() if actor else self._content()
        harm = self.random.choice(HARMS) if actor else ("csam_distribution",)
        common = {
            "harm_types": ";".join(harm),
            "severity": self.random.choice(("medium", "high", "high", "critical", "low")),
            "confidence": self.random.choice(("", "60", "75", "90", "100")),
            "observed_at": moment.isoformat(timespec="seconds"),
            "incident": reference if len(values) > 1 else "",
            "policy": self.random.choice(POLICIES),
            "tlp": self.random.choice(("", "", "AMBER", "GREEN", "AMBER+STRICT")),
        }
        for value in values:
            yield Finding(moment, {**common, "note": self.random.choice(NOTES), **value})

    def _actor(self) -> list[dict[str, str]]:
        name = f"{self.random.choice(FIRST)}{self.random.choice(THING)}{self._next()}"
        service = self.random.choice(SERVICES)
        known = [
            {"kind": "email", "value": f"{name}@{self.random.choice(MAIL)}"},
            {"kind": "username", "value": name, "service": service},
            {"kind": "account_id", "value": f"{self.random.getrandbits(48):015d}", "service": service},
            {"kind": "payment_handle", "value": f"${name}", "service": "brightpay"},
            {"kind": "phone", "value": self._phone()},
            {"kind": "url", "value": f"https://{self.random.choice(HOSTS)}/invite/{self.random.getrandbits(40):x}"},
        ]
        return self.random.sample(known, k=self.random.choice((1, 2, 2, 3, 4)))

    def _content(self) -> list[dict[str, str]]:
        seed = f"demo {self._next()} {self.random.random()}".encode()
        kind, algorithm = self.random.choice(HASHES)
        link = f"https://{self.random.choice(HOSTS)}/album/{self.random.getrandbits(40):x}"
        words = f"{self.random.choice(THING)} {self.random.choice(THING)} {self._next()}"
        found = [
            {"kind": kind, "value": hashlib.new(algorithm, seed, usedforsecurity=False).hexdigest()},
            {"kind": "pdq", "value": hashlib.blake2b(seed, digest_size=32).hexdigest()},
            {"kind": "url", "value": link},
            {"kind": "keyword", "value": words},
        ]
        return self.random.sample(found, k=self.random.choice((1, 2, 3)))

    def _phone(self) -> str:
        if self.random.random() < 0.3:
            return f"+1 202 555 {self.random.randrange(100, 200):04d}"
        return f"+44 20 7946 {self.random.randrange(1000):04d}"

    def _next(self) -> int:
        self.counter += 1
        return self.random.randrange(10_000, 100_000)
