"""A large file in the native header, made from a seed: what many companies' exports look like, put together."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from random import Random

from signals.columns import NATIVE

ONE_IN_SPOILT = 100
ONE_IN_REPEATED = 10
PORTION = 5_000

# Of a hundred rows: most name an actor, the rest a file or a phrase.
KINDS = {
    "email": 25, "username": 20, "url": 20, "account_id": 10, "sha256": 10, "md5": 5, "pdq": 4, "sha1": 3, "keyword": 3,
}  # fmt: skip
HASHES = {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64}
SERVICES = ("northwind", "harbor", "pixelforge", "cloudnine", "lumen")
HARMS = ("grooming", "sextortion", "financial_sextortion", "grooming;sextortion", "trafficking", "other")
MAIL = ("example.com", "mail.example", "post.example.org", "bücher.example")
HOSTS = ("files.example", "talk.example.net", "pics.example.org")
SEVERITIES = ("", "low", "medium", "high", "critical")
TLPS = ("", "", "", "AMBER", "GREEN", "RED")
NOTES = ('"Reported twice, confirmed."', '"Moved to another app, same day"', "Konto geschlossen", "同じ端末")
SPOILT = (
    "email,nobody at nowhere,,grooming,,,,,,,,",
    "pigeon,coo,,grooming,,,,,,,,",
    "username,nameless,,grooming,,,,,,,,",
    "email,p@example.com,,rudeness,,,,,,,,",
    "email,p@example.com,,grooming,dire,101,yesterday,,,,,",
    "url,https://www.youtube.com/,,grooming,,,,,,,,",
)


def intake_file(rows: int, seed: int = 1) -> Iterator[bytes]:
    """The file in pieces: a header and `rows` rows, the same bytes for the same numbers.

    One row in a hundred is spoilt, one in ten says an earlier signal again in another spelling.
    """
    yield (",".join(NATIVE) + "\n").encode()
    lines = _lines(rows, seed)
    while portion := list(islice(lines, PORTION)):
        yield "".join(portion).encode()


def _lines(rows: int, seed: int) -> Iterator[str]:
    chance = Random(seed)  # noqa: S311 -- invented signals, no secret
    kinds = chance.sample([kind for kind, share in KINDS.items() for _ in range(share)], k=sum(KINDS.values()))
    for number in range(rows):
        if number % ONE_IN_SPOILT == ONE_IN_SPOILT // 2:
            yield SPOILT[chance.randrange(len(SPOILT))] + "\n"
        elif number % ONE_IN_REPEATED == ONE_IN_REPEATED - 1:
            yield _line(chance.randrange(number) // ONE_IN_REPEATED * ONE_IN_REPEATED, seed, kinds, chance, again=True)
        else:
            yield _line(number, seed, kinds, chance, again=False)


def _line(number: int, seed: int, kinds: list[str], chance: Random, *, again: bool) -> str:
    kind = kinds[number % len(kinds)]
    digest = hashlib.sha512(b"%d %d" % (seed, number)).hexdigest()
    value, service = _value(kind, digest, again=again)
    actor = kind not in HASHES and kind != "keyword"
    harm = chance.choice(HARMS) if actor else "csam_distribution"
    incident = f"C-{seed}-{number // 4}" if actor and chance.random() < 0.8 else ""
    confidence = chance.randrange(101) if chance.random() < 0.5 else ""
    seen = f"2025-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
    note = chance.choice(NOTES) if chance.random() < 0.04 else ""
    rest = f"{chance.choice(SEVERITIES)},{confidence},{seen},{incident},,{note},{chance.choice(TLPS)},"
    return f"{kind},{value},{service},{harm},{rest}\n"


def _value(kind: str, digest: str, *, again: bool) -> tuple[str, str]:
    """A value, or the same in another spelling, and its service."""
    tag, turn = digest[:13], int(digest[-4:], 16)
    service = SERVICES[turn % len(SERVICES)] if kind in ("username", "account_id") else ""
    host = HOSTS[turn % len(HOSTS)]
    match kind:
        case "email":
            value, other = f"person.{tag}@{MAIL[turn % len(MAIL)]}", f" PERSON.{tag}@{MAIL[turn % len(MAIL)].upper()} "
        case "username":
            value, other = f"player_{tag}", f"@Player_{tag}"
        case "url":
            value = f"https://{host}/album/{tag}?v={turn % 89}"
            other = f"hxxps://{host.replace('.', '[.]')}/album/{tag}?v={turn % 89}&utm_source=feed"
        case "keyword":
            value, other = f"meet at {tag}", f"MEET  at  {tag}"
        case "account_id":
            value, other = f"{int(tag, 16):016d}", f" {int(tag, 16):016d} "
        case _:
            value, other = digest[: HASHES[kind]], digest[: HASHES[kind]].upper()
    return (other if again else value), service
