"""What ends: withdrawn by its contributor, expired by the night, erased on request; and what a legal hold keeps."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from participants.services import default_group
from signals import expiring, withdrawing
from signals.correcting import NotInForce, Word, correct
from signals.disputing import mark_disputed
from signals.ending import end_contributions
from signals.erasing import NothingHeld, OnHold, erase_value
from signals.expiring import expire, would_expire
from signals.holding import AlreadyLifted, NothingThere, lift_hold, place_hold
from signals.models import (
    Contribution,
    Erasure,
    ExpiryRun,
    LegalHold,
    Signal,
    StagedRow,
    Upload,
    UploadChunk,
    Withdrawal,
)
from signals.models.signal import ValueNotHeld
from signals.notices import contributions_ended
from signals.relating import relate
from signals.sharing import share_signals
from signals.withdrawing import (
    NothingInForce,
    ReasonMissing,
    StillRunning,
    carry_on,
    withdraw,
    withdraw_everything,
)
from tests.signals.files import as_file
from tests.world import add_closed_group, add_company, add_team_member, row, share, upload

pytestmark = pytest.mark.django_db
HEADER = ["kind", "value", "harm_types", "note"]


class Killed(BaseException):
    """The worker's process ends here."""


def _own(by: Member, signal: Signal) -> Contribution:
    return Contribution.objects.in_force().get(signal=signal, participant=by.participant)


def _now(signal: Signal) -> Signal:
    return Signal.objects.get(pk=signal.pk)


def _overdue(*signals: Signal) -> None:
    past = timezone.now() - timedelta(days=1)
    Contribution.objects.filter(signal__in=signals).update(expires_at=past)


def _file(number: int) -> bytes:
    return as_file(HEADER, *(["email", f"row{each}@example.com", "grooming", "n"] for each in range(number)))


@pytest.fixture
def told() -> Any:
    """What readers are told when something ends."""
    heard: list[dict[str, Any]] = []

    def hear(**said: Any) -> None:
        heard.append({name: said[name] for name in ("signals", "ended", "why")})

    contributions_ended.connect(hear)
    yield heard
    contributions_ended.disconnect(hear)


def test_the_last_withdrawal_takes_the_value_with_it(alice: Member, bob: Member, told: list[Any]) -> None:
    signal = share(alice, note="first", severity="critical")
    share(alice, note="second", severity="critical")
    share(bob, note="third", severity="low")
    withdraw(_own(alice, signal), reason="wrong_identity", by=alice)
    there = _now(signal)
    assert (there.contributor_count, there.severity, there.value is None) == (1, 1, False)
    assert set(Signal.objects.visible_to(bob)) == {signal}
    withdraw(_own(bob, signal), reason="mistake", by=bob)
    left = _now(signal)
    assert (left.contributor_count, left.value, left.masked_value) == (0, None, "(ended)")
    assert not Contribution.objects.exclude(note=None).exists()
    assert not Signal.objects.visible_to(bob).exists()
    assert set(Signal.objects.known_to(bob)) == {signal}
    with pytest.raises(ValueNotHeld):
        _ = left.shown_value
    assert told == [
        {"signals": [signal.pk], "ended": [], "why": "wrong_identity"},
        {"signals": [signal.pk], "ended": [signal.pk], "why": "mistake"},
    ]
    reasons = Contribution.objects.filter(state="withdrawn").order_by("ended_at", "pk").values_list("end_reason")
    assert sorted(reasons) == [("mistake",), ("wrong_identity",)]


def test_a_withdrawal_needs_a_reason_and_words_for_another_one(alice: Member) -> None:
    own = _own(alice, share(alice))
    for reason, words in (("", ""), ("because", "x"), ("departed", "x"), ("other", "")):
        with pytest.raises(ReasonMissing):
            withdraw(own, reason=reason, words=words, by=alice)
    made = withdraw(own, reason="other", words="told us so", by=alice)
    assert (made.shown_words, b"told" in bytes(made.words or b"")) == ("told us so", False)
    with pytest.raises(NothingInForce):
        withdraw(own, reason="mistake", by=alice)


def test_nobody_withdraws_what_another_company_said(alice: Member, bob: Member) -> None:
    signal = share(alice, incident="case 1")
    theirs = _own(alice, signal)
    for target in (theirs, theirs.incident):
        assert target is not None
        with pytest.raises(NothingInForce):
            withdraw(target, reason="mistake", by=bob)
    assert _now(signal).contributor_count == 1


def test_an_incident_and_an_upload_are_withdrawn_whole(alice: Member, bob: Member) -> None:
    of_case = [share(alice, value=f"a{number}@example.com", incident="case 1") for number in range(3)]
    other = share(alice, value="other@example.com", incident="case 2")
    incident = _own(alice, of_case[0]).incident
    assert incident is not None
    made = withdraw(incident, reason="out_of_date", by=alice)
    made.refresh_from_db()
    assert (made.ended, made.finished_at is not None) == (3, True)
    assert set(Signal.objects.visible_to(bob)) == {other}
    file = upload(alice, _file(4), share=True)
    withdraw(file, reason="mistake", by=alice)
    assert set(Signal.objects.visible_to(bob)) == {other}
    event = AuditEvent.objects.filter(event="contribution.withdrawn").latest("id")
    assert event.details == {"reason": "mistake", "what": "upload", "contributions": 4}


def test_an_upload_that_is_not_shared_is_not_withdrawn(alice: Member) -> None:
    with pytest.raises(StillRunning):
        withdraw(upload(alice, _file(1)), reason="mistake", by=alice)


def test_a_withdrawal_that_died_is_carried_on_and_doubles_nothing(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawing, "SLICE", 3)
    file = upload(alice, _file(10), share=True)
    made = withdraw(file, reason="mistake", by=alice)
    real = end_contributions
    with monkeypatch.context() as patched:

        def dying(*args: Any, **kwargs: Any) -> Any:
            real(*args, **kwargs)
            raise Killed

        patched.setattr(withdrawing, "end_contributions", dying)
        with pytest.raises(Killed), transaction.atomic():
            carry_on(made.pk)
    assert Contribution.objects.in_force().count() == 7
    for _ in range(2):
        carry_on(made.pk)
    made.refresh_from_db()
    assert (made.ended, Contribution.objects.in_force().count()) == (10, 0)
    assert Contribution.objects.filter(state="withdrawn").count() == 10
    assert AuditEvent.objects.filter(event="contribution.withdrawn").count() == 1


def test_a_withdrawal_leaves_what_is_shared_later(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawing, "SLICE", 1)
    share(alice, value="a@example.com", incident="case 1")
    signal = share(alice, value="b@example.com", incident="case 1")
    incident = _own(alice, signal).incident
    assert incident is not None
    made = withdraw(incident, reason="mistake", by=alice)
    later = share(alice, value="c@example.com", incident="case 1")
    Contribution.objects.filter(signal=later).update(shared_at=timezone.now() + timedelta(seconds=1))
    carry_on(made.pk)
    assert set(Signal.objects.visible_to(alice)) == {later}


def test_leaving_ends_everything_of_a_participant(alice: Member, bob: Member) -> None:
    mine, both = share(alice, value="a@example.com"), share(alice, value="b@example.com")
    share(bob, value="b@example.com")
    withdraw_everything(alice.participant)
    assert (_now(mine).value, _now(both).contributor_count) == (None, 1)
    assert set(Contribution.objects.filter(state="withdrawn").values_list("end_reason", flat=True)) == {"departed"}
    assert withdraw_everything(alice.participant) is None


def test_an_ended_signal_lives_again_in_its_own_row(alice: Member, bob: Member) -> None:
    signal = share(alice)
    withdraw(_own(alice, signal), reason="mistake", by=alice)
    again = share(bob, value="MIRA@example.com")
    assert again.pk == signal.pk
    assert (again.plain_value, again.contributor_count) == ("mira@example.com", 1)
    assert set(Signal.objects.visible_to(alice)) == {signal}


def test_the_database_wants_a_value_for_what_is_shared(alice: Member) -> None:
    signal = share(alice)
    with pytest.raises(IntegrityError, match="signal_has_value_while_it_is_shared"), transaction.atomic():
        Signal.objects.filter(pk=signal.pk).update(value=None)


def test_a_correction_takes_the_place_of_the_word_before(alice: Member, bob: Member, told: list[Any]) -> None:
    signal = share(alice, severity="low", note="first", incident="case 1", tlp="GREEN")
    old = _own(alice, signal)
    word = Word(["trafficking"], 4, 80, old.observed_at, "P 1", "second", 3)
    new = correct(old, word, by=alice)
    assert (new.shown_note, new.incident, new.expires_at) == ("second", old.incident, old.expires_at)
    there = _now(signal)
    assert (there.severity, there.tlp, there.harm_types, there.contributor_count) == (4, 3, ["trafficking"], 1)
    old.refresh_from_db()
    assert (old.state, old.shown_note, old.end_reason) == ("superseded", "first", "")
    assert told == [{"signals": [signal.pk], "ended": [], "why": "corrected"}]
    event = AuditEvent.objects.latest("id")
    assert event.event == "contribution.corrected"
    assert event.details == {"fields": ["harm_types", "severity", "confidence", "policy", "note", "tlp"]}
    for stale, by in ((old, alice), (new, bob)):
        with pytest.raises(NotInForce):
            correct(stale, word, by=by)


def test_what_is_over_expires_once(alice: Member, bob: Member, told: list[Any]) -> None:
    over, partly, lasting = (share(alice, value=f"{name}@example.com") for name in ("over", "partly", "lasting"))
    _overdue(over, partly)
    share(bob, value="partly@example.com")
    assert would_expire() == {"contributions": 2, "signals": 1, "held": 0, "by_kind": {"email": 2}}
    assert Contribution.objects.in_force().count() == 4
    run = expire()
    assert run is not None
    assert (run.contributions, run.signals, run.finished_at is not None) == (2, 1, True)
    assert set(Signal.objects.visible_to(alice)) == {partly, lasting}
    assert (_now(over).value, told[0]["why"]) == (None, "expired")
    assert expire() is None
    assert ExpiryRun.objects.count() == 1
    assert AuditEvent.objects.get(event="contribution.expired").details == {"contributions": 2, "signals": 1}
    assert would_expire()["contributions"] == 0


def test_an_expiry_that_died_is_carried_on(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "SLICE", 2)
    _overdue(*(share(alice, value=f"a{number}@example.com") for number in range(5)))
    real, calls = end_contributions, iter(range(1))
    with monkeypatch.context() as patched:

        def dying(*args: Any, **kwargs: Any) -> Any:
            done = real(*args, **kwargs)
            if next(calls, None) is None:
                raise Killed
            return done

        patched.setattr(expiring, "end_contributions", dying)
        with pytest.raises(Killed):
            expire()
    half = ExpiryRun.objects.get()
    assert (half.contributions, half.finished_at, Contribution.objects.in_force().count()) == (2, None, 3)
    run = expiring.carry_on()
    assert run is not None
    assert (run.pk, run.contributions, run.signals) == (half.pk, 5, 5)
    assert expiring.carry_on() is None


def test_one_run_at_a_time(alice: Member) -> None:
    ExpiryRun.objects.create()
    with pytest.raises(IntegrityError, match="expiry_run_is_alone"), transaction.atomic():
        ExpiryRun.objects.create()


def test_the_command_counts_first(alice: Member, capsys: pytest.CaptureFixture[str]) -> None:
    _overdue(share(alice))
    call_command("expire_signals", "--dry-run")
    assert '"contributions": 1, "signals": 1' in capsys.readouterr().out
    assert Contribution.objects.in_force().count() == 1
    call_command("expire_signals")
    assert '"dry_run": false, "contributions": 1' in capsys.readouterr().out
    assert Contribution.objects.in_force().count() == 0


def test_a_hold_keeps_a_signal_from_expiry_and_erasure(alice: Member, sam: User) -> None:
    signal = share(alice, note="kept")
    hold = place_hold(signal_id=signal.pk, reason="order 1", by=sam)
    _overdue(signal)
    assert would_expire() == {"contributions": 0, "signals": 0, "held": 1, "by_kind": {}}
    assert expire() is None
    with pytest.raises(OnHold):
        erase_value(kind="email", value="mira@example.com", case="r 1", by=sam)
    # Its contributor may still take it back: nobody sees it any more, and its value waits.
    withdraw(_own(alice, signal), reason="mistake", by=alice)
    assert not Signal.objects.visible_to(alice).exists()
    assert (_now(signal).plain_value, Contribution.objects.get().shown_note) == ("mira@example.com", "kept")
    assert _now(signal).masked_value == "(ended)"
    lift_hold(hold, because="order 2", by=sam)
    assert (_now(signal).value, Contribution.objects.get().note) == (None, None)
    with pytest.raises(AlreadyLifted):
        lift_hold(hold, because="again", by=sam)


def test_a_hold_on_an_incident_keeps_all_its_signals(alice: Member, sam: User) -> None:
    kept = [share(alice, value=f"a{number}@example.com", incident="case 1") for number in range(2)]
    gone = share(alice, value="b@example.com")
    place_hold(incident_id=_own(alice, kept[0]).incident_id, reason="order 1", by=sam)
    _overdue(*kept, gone)
    expire()
    assert set(Signal.objects.visible_to(alice)) == set(kept)


def test_a_hold_is_on_something_that_is_there(sam: User) -> None:
    for where in ({"signal_id": uuid4()}, {"incident_id": uuid4()}):
        with pytest.raises(NothingThere):
            place_hold(**where, reason="order 1", by=sam)
    assert LegalHold.objects.count() == 0


def test_erasing_leaves_nothing_but_a_proof(alice: Member, bob: Member, sam: User, told: list[Any]) -> None:
    file = as_file(HEADER, ["email", "mira@example.com", "grooming", "from a file"], ["email", "no", "x", ""])
    found = upload(alice, file, share=True)
    signal = Signal.objects.get()
    share(bob, note="by hand")
    closed = share(bob, group=add_closed_group("pair", bob.participant))
    digest = hashlib.sha256()
    for each in Signal.objects.order_by("pk"):
        digest.update(bytes(each.value or b""))
    for contribution in Contribution.objects.order_by("pk"):
        digest.update(bytes(contribution.note or b""))
    before = set(Signal.objects.values_list("fingerprint", flat=True))
    proof = erase_value(kind="email", value="Mira@example.com", case="request 7", by=sam)
    assert (proof.signals, proof.contributions, proof.digest) == (2, 3, digest.hexdigest())
    assert {_now(each).value for each in (signal, closed)} == {None}
    assert not before & set(Signal.objects.values_list("fingerprint", flat=True))
    assert not Contribution.objects.exclude(note=None).exists()
    assert not UploadChunk.objects.filter(upload=found).exists()
    assert not StagedRow.objects.filter(value__isnull=False).exists()
    assert {heard["why"] for heard in told} == {"erased"}
    event = AuditEvent.objects.latest("id")
    assert (event.event, event.details["digest"]) == ("signal.erased", proof.digest)
    assert "mira" not in str(event.details)
    with pytest.raises(NothingHeld):
        erase_value(kind="email", value="mira@example.com", case="request 7", by=sam)
    assert Erasure.objects.count() == 1
    assert share(alice).pk not in (signal.pk, closed.pk)


def test_disputed_is_told_by_a_narrow_call(alice: Member) -> None:
    signal = share(alice)
    assert [mark_disputed([signal.pk], is_disputed=True) for _ in range(2)] == [1, 0]
    assert _now(signal).is_disputed
    withdraw(_own(alice, signal), reason="mistake", by=alice)
    assert not _now(signal).is_disputed
    assert mark_disputed([signal.pk], is_disputed=True) == 0


def test_a_member_ends_things_behind_its_wall(alice: Member, bob: Member) -> None:
    """As the member, not as the portal: the last contribution of a signal with another's history."""
    signal = share(bob, note="theirs")
    withdraw(_own(bob, signal), reason="mistake", by=bob)
    share(alice)
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        made = withdraw(_own(alice, signal), reason="mistake", by=alice)
        assert Withdrawal.objects.visible_to(alice).get() == made
        assert Upload.objects.count() == 0
    assert _now(signal).value is None
    with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
        assert not Withdrawal.objects.filter(participant=alice.participant).exists()


def _at_once(*calls: Callable[[], object]) -> None:
    def run(call: Callable[[], object]) -> None:
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        list(threads.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_end_each_contribution_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A withdrawal by three workers while two expire half of it and the relations are made."""
    monkeypatch.setattr(withdrawing, "SLICE", 2)
    monkeypatch.setattr(expiring, "SLICE", 2)
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        signals = [share(alice, value=f"a{number}@example.com", incident="case 1") for number in range(16)]
        incident = _own(alice, signals[0]).incident
        assert incident is not None
        _overdue(*signals[8:])
    with acting_as_system():
        made = withdraw(incident, reason="mistake", by=alice)
    _at_once(*[lambda: carry_on(made.pk)] * 3, *[expire] * 2, relate)
    carry_on(made.pk)
    with acting_as_system():
        made.refresh_from_db()
        run = ExpiryRun.objects.first()
        assert made.finished_at is not None
        assert made.ended + (run.contributions if run else 0) == 16
        assert Contribution.objects.filter(state__in=["withdrawn", "expired"]).count() == 16
        assert not Signal.objects.filter(value__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_sharing_and_taking_back_at_once_lose_nothing() -> None:
    """Whoever comes second sees what the first has committed: the signal lives, with its value, or it has ended."""
    with acting_as_system():
        alice, bob = (add_team_member(add_company(slug), "ana") for slug in ("northwind", "harbor"))
        group = default_group(by=PORTAL)
    for number in range(5):
        with acting_as_system():
            own = _own(alice, share(alice, value=f"a{number}@example.com"))

        def again(number: int = number) -> None:
            with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
                share_signals([row(value=f"a{number}@example.com")], group=group, by=bob)

        def back(own: Contribution = own) -> None:
            with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
                withdraw(own, reason="mistake", by=alice)

        _at_once(again, back)
        with acting_as_system():
            left = Signal.objects.get(pk=own.signal_id)
            assert (left.contributor_count, left.plain_value) == (1, f"a{number}@example.com")
