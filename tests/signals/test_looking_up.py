"""Is this value known: how a line is read, what is found, and what is found by nobody who may not see it."""

from random import Random
from typing import Any

import pytest

from accounts.models import User
from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting
from participants.models import Member
from signals import pdq_pages, relating
from signals.detecting import read_line, read_list
from signals.holding import place_hold
from signals.looking_up import TooMany, answer, ask, download, forget_old
from signals.models import Lookup, PdqPage, Relation, Signal
from signals.pdq_index import NEAR, PdqIndex
from signals.pdq_pages import read
from signals.related import related_to
from signals.relating import relate
from signals.withdrawing import withdraw
from tests.signals.ended import own_word
from tests.world import add_closed_group, share

pytestmark = pytest.mark.django_db

HASH = "1f" * 32


def _flipped(value: str, *bits: int) -> str:
    number = int(value, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:064x}"


def _known(text: str, by: Member) -> list[tuple[str, list[str]]]:
    found = answer(ask(text, by=by), by)
    return [(each.line.given, [match.how for match in each.matches]) for each in found.known]


def _as(member: Member) -> Any:
    return acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("mira@example.com", [("email", "mira@example.com", "")]),
        ("mailto:Mira@example.com", [("email", "mira@example.com", "")]),
        ("mira[at]example[.]com", [("email", "mira@example.com", "")]),
        ("hxxps://files[.]example/f/1", [("url", "https://files.example/f/1", "")]),
        ("https://files.example/f/1#x", [("url", "https://files.example/f/1", "")]),
        ("1F" * 16, [("md5", "1f" * 16, ""), ("video_md5", "1f" * 16, "")]),
        ("1f" * 20, [("sha1", "1f" * 20, "")]),
        (HASH, [("sha256", HASH, ""), ("pdq", HASH, "")]),
        ("pdq:" + HASH, [("pdq", HASH, "")]),
        ("1f" * 144, [("photodna", "1f" * 144, "")]),
        ("+1 202-555-0143", [("phone", "+12025550143", "")]),
        ("a phrase  Here", [("keyword", "a phrase here", "")]),
        ("username: @Mira", [("username", "mira", None)]),
        ("username,Mira,Northwind", [("username", "mira", "northwind")]),
        ("username,mira,Straße", [("username", "mira", "strasse")]),
        ("username,mira,Cafe\u0301ΣΣ", [("username", "mira", "caféσσ")]),
        ("account_id\t0010\tharbor", [("account_id", "0010", "harbor")]),
        ("files.example/f/1", [("url", "https://files.example/f/1", ""), ("url", "http://files.example/f/1", "")]),
        ("domain;files[.]example", [("domain", "files.example", "")]),
    ],
)
def test_how_a_line_is_read(given: str, read: list[tuple[str, str, str | None]]) -> None:
    line = read_line(1, given)
    assert [(each.kind, each.value, each.service) for each in line.readings] == read
    assert line.problem == ""


def test_a_bare_word_is_read_as_what_it_may_be_and_says_so() -> None:
    name, host = read_line(1, "Mira"), read_line(2, "files.example")
    assert [each.kind for each in name.readings] == ["username", "payment_handle", "account_id", "keyword"]
    assert name.read_as == "User name, payment handle, account id or keyword"
    assert host.readings[0].kind == "domain"
    assert read_line(3, "username:mira").read_as == "User name, on any service"


@pytest.mark.parametrize(
    ("given", "problem"),
    [("+1", "not of its kind"), ("https://", "not of its kind"), ("0" * 40, "catch people"), ("a\x07b", "control")],
)
def test_what_cannot_be_read_says_why(given: str, problem: str) -> None:
    line = read_line(1, given)
    assert line.readings == ()
    assert problem in line.problem


def test_a_list_passes_over_blank_lines_headers_and_repetitions() -> None:
    text = 'kind,value,service\n\n  a@example.com\r\n\'+12025550143\n"b@example.com"\na@example.com\n'
    assert [line.given for line in read_list(text, 10)] == ["a@example.com", "+12025550143", "b@example.com"]


def test_known_and_unknown_sides(alice: Member, bob: Member) -> None:
    for number, (kind, value) in enumerate(
        [("email", "mira@example.com"), ("url", "https://files.example/f/1"), ("sha256", "2f" * 32)]
    ):
        share(alice, kind=kind, value=value, confidence=str(number))
    text = (
        "MIRA@example.com\nmira@example.com\nhxxps://files[.]example/f/1\n"
        + "2f" * 32
        + "\nnoor@example.com\nnot a thing\n"
    )
    lookup = ask(text, by=bob)
    found = answer(lookup, bob)
    assert [each.line.number for each in found.known] == [1, 2, 3, 4]
    assert [each.line.given for each in found.unknown] == ["noor@example.com", "not a thing"]
    event = AuditEvent.objects.latest("id")
    assert (event.event, event.details) == ("lookup.asked", {"known": 4, "unknown": 2})
    assert b"mira" not in bytes(lookup.content).lower()


@pytest.mark.parametrize("related", [False, True])
def test_a_name_is_found_on_any_service_but_only_the_same_one(alice: Member, bob: Member, related: bool) -> None:
    for service in ("harbor", "pixelforge"):
        share(alice, kind="username", value="mira", service=service)
    share(alice, kind="username", value="rnira", service="harbor")
    share(alice, kind="account_id", value="0010", service="harbor")
    if related:
        relate()
    assert _known("Mira\nusername: mira\n0010\n010\nmir", bob) == [
        ("Mira", ["exact", "exact"]),
        ("username: mira", ["exact", "exact"]),
        ("0010", ["exact"]),
    ]
    assert _known("username,mira,harbor\nusername,mira,elsewhere", bob) == [("username,mira,harbor", ["exact"])]


def test_what_is_kept_longer_than_it_was_given_is_found_by_what_is_shown(alice: Member, bob: Member) -> None:
    kept = [
        share(alice, kind="url", value="https://x.example/" + "日" * 2030),
        share(alice, kind="keyword", value="ß" * 2048),
        share(alice, kind="username", value="mira", service="ﬃ" * 64),
    ]
    shown = [signal.shown_value for signal in kept]
    asked = [shown[0], f"keyword: {shown[1]}", f"username,mira,{kept[2].service}"]
    assert _known("\n".join(asked), bob) == [(line, ["exact"]) for line in asked]


def test_a_closed_group_is_looked_up_by_its_own_only(alice: Member, bob: Member) -> None:
    closed = add_closed_group("pair", bob.participant)
    share(bob, group=closed)
    share(bob, group=closed, kind="pdq", value=HASH)
    share(bob, group=closed, kind="username", value="mira", service="harbor")
    text = f"mira@example.com\n{_flipped(HASH, 1)}\nmira"
    for do in (lambda: None, relate):
        do()
        assert len(_known(text, bob)) == 3
        for member in (alice, bob):
            with _as(member):
                assert len(_known(text, member)) == (3 if member == bob else 0)


@pytest.mark.parametrize("related", [False, True])
def test_pdq_is_found_within_31_bits_exactly(alice: Member, bob: Member, related: bool) -> None:
    share(alice, kind="pdq", value=HASH)
    if related:
        relate()
    random = Random(3)
    for distance in (0, 1, NEAR, NEAR + 1, 200):
        bits = random.sample(range(256), distance)
        expected = [f"near, {distance} of 256 bits differ" if distance else "exact"] if distance <= NEAR else []
        found = answer(ask("pdq:" + _flipped(HASH, *bits), by=bob), bob).known
        assert [match.how for each in found for match in each.matches] == expected


def test_the_newest_hash_is_found_at_once_and_an_ended_one_no_more(alice: Member, bob: Member) -> None:
    index = PdqIndex()
    first = share(alice, kind="pdq", value=HASH)
    assert index.near(HASH) == {first.pk: 0}
    relate()
    assert (PdqPage.objects.count(), index.near(HASH)) == (1, {first.pk: 0})
    second = share(alice, kind="pdq", value=_flipped(HASH, 7))
    assert index.near(HASH) == {first.pk: 0, second.pk: 1}
    relate()
    assert PdqPage.objects.count() == 1
    withdraw(first.contributions.get(), reason="mistake", by=alice)
    assert _known(HASH, bob) == [(HASH, ["near, 1 of 256 bits differ"])]
    relate()
    (page,) = PdqPage.objects.all()
    assert [signal for signal, _ in read(page)] == [second.pk]
    assert index.near(HASH) == {second.pk: 1}
    again = share(alice, kind="pdq", value=HASH)
    relate()
    assert index.near(HASH) == {again.pk: 0, second.pk: 1}


def test_every_process_reads_the_same_however_pages_are_cut(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signals.pdq_pages.FULL", 4)
    monkeypatch.setattr(relating, "SLICE", 3)
    random = Random(5)
    values = [f"{random.getrandbits(256):064x}" for _ in range(20)]
    signals = [share(alice, kind="pdq", value=value).pk for value in values]
    early, late = PdqIndex(), PdqIndex()
    early.near(HASH)
    relate()
    assert 1 < PdqPage.objects.count() < 20
    for index in (early, late):
        assert [index.near(value) for value in values] == [{signal: 0} for signal in signals]
        assert set(index.near(values[0], within=256)) == set(signals)
    assert not any(bytes.fromhex(value) in bytes(page.hashes) for page in PdqPage.objects.all() for value in values)


def test_a_list_has_its_limit(bob: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signals.looking_up.MOST_VALUES", 3)
    ask("a@x.example\nb@x.example\nc@x.example\na@x.example", by=bob)
    with pytest.raises(TooMany):
        ask("a@x.example\nb@x.example\nc@x.example\nd@x.example", by=bob)


def test_both_sides_as_csv_without_formulas(alice: Member, bob: Member) -> None:
    share(alice, kind="phone", value="+12025550143", tlp="GREEN")
    lookup = ask("+1 202 555 0143\n=cmd|x\n@nobody", by=bob)
    known, unknown = ("".join(download(lookup, side, by=bob)).splitlines() for side in ("known", "unknown"))
    assert known[1].startswith("'+1 202 555 0143,Phone number,exact,phone,,medium,grooming,1,TLP:GREEN,")
    assert [line.partition(",")[0] for line in unknown[1:]] == ["'=cmd|x", "'@nobody"]
    events = AuditEvent.objects.filter(event="lookup.downloaded").order_by("id")
    assert [event.details for event in events] == [{"side": "known", "rows": 1}, {"side": "unknown", "rows": 2}]


def test_a_look_up_is_its_member_s_alone_and_goes_after_an_hour(alice: Member, amir: Member) -> None:
    lookup = ask("mira@example.com", by=alice)
    with _as(amir):
        assert not Lookup.objects.exists()
    with _as(alice):
        assert Lookup.objects.visible_to(alice).get() == lookup
        assert not Lookup.objects.visible_to(amir).exists()
    assert forget_old() == 0
    Lookup.objects.update(asked_at="2020-01-01T00:00:00Z")
    assert (forget_old(), forget_old(), Lookup.objects.count()) == (1, 0, 0)


def _why(signal: Signal, by: Member) -> dict[str, str]:
    found = Signal.objects.visible_to(by).get(pk=signal.pk)
    return {each.signal.plain_value: each.why for each in related_to(found, by)}


def test_why_a_signal_is_related(alice: Member, bob: Member) -> None:
    mail = share(alice, value="mira.k+a@northmail.example", incident="case 1")
    share(alice, value="mira.k@northmail.example", incident="case 1")
    share(bob, value="noor@northmail.example")
    share(bob, kind="url", value="https://www.northmail.example/f")
    share(bob, kind="domain", value="northmail.example")
    name = share(alice, kind="username", value="mira", service="harbor", incident="case 1")
    share(bob, kind="username", value="rnira", service="pixelforge")
    image = share(alice, kind="pdq", value=HASH)
    share(bob, kind="pdq", value=_flipped(HASH, 1, 2))
    assert relate() == Signal.objects.count()
    assert relate() == 0
    assert _why(mail, bob) == {
        "mira.k@northmail.example": "same incident, same mailbox, same domain",
        "mira": "same incident",
        "noor@northmail.example": "same domain",
        "https://www.northmail.example/f": "same domain",
        "northmail.example": "same domain",
    }
    assert _why(name, bob)["rnira"] == "look-alike name"
    assert _why(image, alice) == {_flipped(HASH, 1, 2): "near hash (2 of 256 bits differ)"}


def test_a_mail_provider_of_everybody_relates_nobody(alice: Member) -> None:
    first = share(alice, value="mira@gmail.com")
    share(alice, value="noor@gmail.com")
    share(alice, value="m.ira+x@googlemail.com")
    relate()
    assert _why(first, alice) == {"m.ira+x@googlemail.com": "same mailbox"}


def test_a_closed_group_is_related_to_by_nobody_outside(alice: Member, bob: Member) -> None:
    closed = add_closed_group("pair", alice.participant)
    open_one = share(alice, value="mira@northmail.example", incident="case 1")
    share(alice, value="noor@northmail.example", group=closed, incident="case 1")
    hashes = [share(alice, kind="pdq", value=HASH), share(alice, kind="pdq", value=HASH, group=closed)]
    relate()
    assert "noor@northmail.example" in _why(open_one, alice)
    with _as(bob):
        assert _why(open_one, bob) == {}
        assert _why(hashes[0], bob) == {}
        assert not Relation.objects.exclude(sharing_group=open_one.sharing_group).exists()
        assert not PdqPage.objects.exists()


def test_what_one_does_not_see_takes_no_place_among_the_related(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signals.related.MOST", 1)
    closed = add_closed_group("pair", alice.participant)
    for bit in range(10):
        share(alice, kind="pdq", value=_flipped(HASH, bit), group=closed)
    share(alice, kind="pdq", value=_flipped(HASH, 1, 2))
    image = share(bob, kind="pdq", value=HASH)
    with _as(bob):
        assert _why(image, bob) == {_flipped(HASH, 1, 2): "near hash (2 of 256 bits differ)"}


def test_relating_that_died_is_done_once(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    monkeypatch.setattr(relating, "SLICE", 2)
    for number in range(5):
        share(alice, value=f"a{number}@northmail.example")
    real, calls = pdq_pages.add, iter(range(1))

    def dying(entries: Any) -> None:
        real(entries)
        if next(calls, None) is None:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(relating, "add", dying)
        with pytest.raises(Killed):
            relate()
    assert (Signal.objects.filter(relations_due=True).count(), Relation.objects.count()) == (3, 4)
    assert (relate(), Relation.objects.count()) == (3, 10)


def test_what_a_hold_kept_is_found_again_once_it_is_shared_again(alice: Member, bob: Member, sam: User) -> None:
    """Withdrawn under a hold, a signal keeps its value and loses its relations; shared again, it is related anew."""
    name = share(alice, kind="username", value="mira", service="harbor")
    other = share(bob, kind="username", value="mira", service="pixelforge")
    image = share(alice, kind="pdq", value=HASH)
    asked = f"username: mira\npdq:{_flipped(HASH, 1)}"
    relate()
    before = _known(asked, bob)
    for held in (name, image):
        place_hold(signal_id=held.pk, reason="order 1", by=sam)
        withdraw(own_word(alice, held), reason="mistake", by=alice)
    relate()
    assert _known(asked, bob) != before
    share(alice, kind="username", value="mira", service="harbor")
    share(alice, kind="pdq", value=HASH)
    assert _known(asked, bob) == before
    relate()
    assert _known(asked, bob) == before
    assert [related.signal for related in related_to(other, bob)] == [name]
