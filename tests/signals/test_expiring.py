"""What runs out, is held, or is erased."""

import hashlib
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Member
from signals import expiring
from signals.ending import end_contributions
from signals.erasing import NothingHeld, OnHold, erase_value
from signals.expiring import expire, would_expire
from signals.holding import AlreadyLifted, NothingThere, lift_hold, place_hold
from signals.models import Contribution, Erasure, ExpiryRun, LegalHold, Signal, StagedRow, UploadChunk
from signals.withdrawing import withdraw
from tests.signals.ended import HEADER, Killed, as_it_is, make_overdue, own_word
from tests.signals.files import as_file
from tests.world import add_closed_group, share, upload

pytestmark = pytest.mark.django_db


def test_what_is_over_expires_once(alice: Member, bob: Member, told: list[Any]) -> None:
    over, partly, lasting = (share(alice, value=f"{name}@example.com") for name in ("over", "partly", "lasting"))
    make_overdue(over, partly)
    share(bob, value="partly@example.com")
    assert would_expire() == {"contributions": 2, "signals": 1, "held": 0, "by_kind": {"email": 2}}
    assert Contribution.objects.in_force().count() == 4
    run = expire()
    assert run is not None
    assert (run.contributions, run.signals, run.finished_at is not None) == (2, 1, True)
    assert set(Signal.objects.visible_to(alice)) == {partly, lasting}
    assert (as_it_is(over).value, told[0]["why"]) == (None, "expired")
    assert expire() is None
    assert ExpiryRun.objects.count() == 1
    assert AuditEvent.objects.get(event="contribution.expired").details == {"contributions": 2, "signals": 1}
    assert would_expire()["contributions"] == 0


def test_an_expiry_that_died_is_carried_on(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "SLICE", 2)
    make_overdue(*(share(alice, value=f"a{number}@example.com") for number in range(5)))
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
    make_overdue(share(alice))
    call_command("expire_signals", "--dry-run")
    assert '"contributions": 1, "signals": 1' in capsys.readouterr().out
    assert Contribution.objects.in_force().count() == 1
    call_command("expire_signals")
    assert '"dry_run": false, "contributions": 1' in capsys.readouterr().out
    assert Contribution.objects.in_force().count() == 0


def test_a_hold_keeps_a_signal_from_expiry_and_erasure(alice: Member, sam: User) -> None:
    signal = share(alice, note="kept")
    hold = place_hold(signal_id=signal.pk, reason="order 1", by=sam)
    make_overdue(signal)
    assert would_expire() == {"contributions": 0, "signals": 0, "held": 1, "by_kind": {}}
    assert expire() is None
    with pytest.raises(OnHold):
        erase_value(kind="email", value="mira@example.com", case="r 1", by=sam)
    # Its contributor may still take it back: nobody sees it any more, and its value waits.
    withdraw(own_word(alice, signal), reason="mistake", by=alice)
    assert not Signal.objects.visible_to(alice).exists()
    assert (as_it_is(signal).plain_value, Contribution.objects.get().shown_note) == ("mira@example.com", "kept")
    assert as_it_is(signal).masked_value == "(ended)"
    lift_hold(hold, because="order 2", by=sam)
    assert (as_it_is(signal).value, Contribution.objects.get().note) == (None, None)
    with pytest.raises(AlreadyLifted):
        lift_hold(hold, because="again", by=sam)


def test_a_hold_on_an_incident_keeps_all_its_signals(alice: Member, sam: User) -> None:
    kept = [share(alice, value=f"a{number}@example.com", incident="case 1") for number in range(2)]
    gone = share(alice, value="b@example.com")
    place_hold(incident_id=own_word(alice, kept[0]).incident_id, reason="order 1", by=sam)
    make_overdue(*kept, gone)
    expire()
    assert set(Signal.objects.visible_to(alice)) == set(kept)


def test_a_hold_is_on_something_that_is_there(sam: User) -> None:
    for where in ({"signal_id": uuid4()}, {"incident_id": uuid4()}):
        with pytest.raises(NothingThere):
            place_hold(**where, reason="order 1", by=sam)
    assert LegalHold.objects.count() == 0


def test_a_value_is_erased_as_it_is_kept_though_it_is_longer_than_one_may_be_given(alice: Member, sam: User) -> None:
    signal = share(alice, kind="username", value="ﬃ" * 1000, service="ß" * 64)
    erase_value(kind="username", value=signal.plain_value, service=signal.service, case="request 7", by=sam)
    assert as_it_is(signal).value is None


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
    assert {as_it_is(each).value for each in (signal, closed)} == {None}
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
