"""Sealing the record in the database."""

import threading
from collections.abc import Iterator
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.test import override_settings

from audit import sealing
from audit.events import Event
from audit.keys import signer
from audit.merkle import EMPTY, TILE, is_consistent, is_included, leaf_hash
from audit.models import AuditEvent, Checkpoint, PendingEvent, SealedEvent, TreeNode
from audit.notes import open_note
from audit.proofs import NotSealedYet, event_proof, growth_proof
from audit.record import PORTAL, record
from audit.sealing import seal, seal_all
from audit.stored_log import verify
from audit.verifying import Misfit
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, Participant
from tests.audit.reading import read_growth, read_proof
from tests.world import join_team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signed_each_time() -> Iterator[None]:
    with override_settings(CHECKPOINT_SECONDS=0):
        yield


def _events(number: int) -> None:
    for count in range(number):
        record(Event.REVIEWS_ROUTED, Participant, by=PORTAL, count=count)


def test_events_are_numbered_without_gaps_in_the_order_of_their_ids(alice: Member) -> None:
    total = AuditEvent.objects.count()
    assert seal_all() == total == PendingEvent.objects.count() + total
    sealed = list(SealedEvent.objects.order_by("id").values_list("id", "event_id"))
    assert sealed == list(enumerate(AuditEvent.objects.order_by("id").values_list("id", flat=True)))


def test_sealing_twice_changes_nothing(alice: Member) -> None:
    seal_all()
    before = list(SealedEvent.objects.values()), list(Checkpoint.objects.values())
    assert seal() == 0
    assert (list(SealedEvent.objects.values()), list(Checkpoint.objects.values())) == before


def test_roots_are_signed_no_more_often_than_set() -> None:
    with override_settings(CHECKPOINT_SECONDS=3600):
        for _ in range(3):
            _events(2)
            seal()
    assert [checkpoint.size for checkpoint in Checkpoint.objects.all()] == [2]
    seal()
    assert [checkpoint.size for checkpoint in Checkpoint.objects.order_by("size")] == [2, 6]


def test_an_installation_without_events_signs_nothing() -> None:
    assert seal() == 0
    assert not Checkpoint.objects.exists()
    assert verify().sealed == 0
    assert EMPTY.hex().startswith("e3b0c442")


def test_a_proof_of_each_event_leads_to_the_newest_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 150)
    _events(2 * TILE + 3)
    seal_all()
    assert TreeNode.objects.count() == 2
    newest = Checkpoint.objects.order_by("-size")[0]
    for event in AuditEvent.objects.order_by("id")[:: TILE // 3]:
        content, index, path, note = read_proof(event_proof(event))
        assert f'"id": {event.pk}' in content.decode()
        assert note == newest.note
        assert is_included(leaf_hash(content), index, newest.size, path, bytes(newest.root))
        assert not is_included(leaf_hash(content + b" "), index, newest.size, path, bytes(newest.root))


def test_every_checkpoint_extends_every_earlier_one() -> None:
    for more in (1, 2, 5, 300):
        _events(more)
        seal_all()
    checkpoints = list(Checkpoint.objects.order_by("size"))
    for place, old in enumerate(checkpoints):
        for new in checkpoints[place:]:
            path = read_growth(growth_proof(old, new))
            assert is_consistent(old.size, new.size, path, bytes(old.root), bytes(new.root))
            assert old is new or not is_consistent(old.size, new.size, path, bytes(new.root), bytes(new.root))


def test_what_is_not_sealed_has_no_proof(alice: Member) -> None:
    with pytest.raises(NotSealedYet):
        event_proof(AuditEvent.objects.order_by("-id")[0])
    with override_settings(CHECKPOINT_SECONDS=3600):
        seal_all()
        record(Event.MEMBER_CHANGED, alice, by=alice)
        seal_all()
        with pytest.raises(NotSealedYet):
            event_proof(AuditEvent.objects.order_by("-id")[0])


def test_a_member_sees_checkpoints_and_nothing_else_of_the_log(alice: Member) -> None:
    join_team(alice.participant, "noor")
    seal_all()
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        record(Event.MEMBER_CHANGED, alice, by=alice)
        assert Checkpoint.objects.exists()
        assert not SealedEvent.objects.exists()
        assert not TreeNode.objects.exists()
        assert not PendingEvent.objects.exists()
        own = AuditEvent.objects.exclude(event=Event.MEMBER_CHANGED).order_by("-id")[0]
        assert "tlog-proof" in event_proof(own)
    with acting(Scope.PUBLIC):
        assert not Checkpoint.objects.exists()


def test_no_two_leaves_are_alike_and_none_can_be_guessed(alice: Member) -> None:
    _events(20)
    seal_all()
    salts = [bytes(salt) for salt in SealedEvent.objects.values_list("salt", flat=True)]
    assert len(set(salts)) == len(salts)
    assert {len(salt) for salt in salts} == {16}


def test_verifying_counts_and_looks_at_checkpoints_kept_elsewhere(alice: Member) -> None:
    seal_all()
    record(Event.MEMBER_CHANGED, alice, by=alice)
    found = verify([Checkpoint.objects.get().note])
    assert found.sealed == found.signed == AuditEvent.objects.count() - 1
    assert found.waiting == 1
    head = signer().open(Checkpoint.objects.get().note)
    other = signer().sign(type(head)(head.origin, head.size, bytes(32)))
    with pytest.raises(Misfit, match="another root"):
        verify([other])
    longer = signer().sign(type(head)(head.origin, head.size + 5, bytes(32)))
    with pytest.raises(Misfit, match="the log ends"):
        verify([longer])


def _as_owner(*statements: str) -> None:
    """What somebody with the whole database in hand could do: triggers and walls switched off."""
    with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        for statement in statements:
            owner.execute("SELECT set_config('lantern.scope', 'system', false)")
            owner.execute(statement)


SECOND = "(SELECT id FROM audit_auditevent ORDER BY id OFFSET 1 LIMIT 1)"
TAMPERINGS = {
    "changed": ["UPDATE audit_auditevent SET actor_id = 999 WHERE id = {second}"],
    "moved in time": ["UPDATE audit_auditevent SET at = at + interval '1 microsecond' WHERE id = {second}"],
    "deleted": ["DELETE FROM audit_auditevent WHERE id = {second}"],
    "deleted with its seal": [
        "DELETE FROM audit_sealedevent WHERE event_id = {second}",
        "DELETE FROM audit_auditevent WHERE id = {second}",
    ],
    "put in between": [
        "INSERT INTO audit_auditevent (event, target_type, target_id, details) VALUES ('x', 'y', '', '{{}}')"
    ],
    "reordered": [
        "UPDATE audit_sealedevent SET id = -1 WHERE id = 1",
        "UPDATE audit_sealedevent SET id = 1 WHERE id = 2",
        "UPDATE audit_sealedevent SET id = 2 WHERE id = -1",
    ],
    "cut off": ["DELETE FROM audit_sealedevent WHERE id > 1", "DELETE FROM audit_auditevent WHERE id > {second}"],
    "hash of the tree": ["UPDATE audit_treenode SET hash = sha256('x')"],
    "root": ["UPDATE audit_checkpoint SET root = sha256('x')"],
    "note": ["UPDATE audit_checkpoint SET note = replace(note, '/audit', '/other')"],
    "waiting": ["INSERT INTO audit_pendingevent (id) VALUES (999999999)"],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_the_owner_of_the_database_changes_is_found(name: str) -> None:
    with acting_as_system():
        _events(TILE + 2)
    assert seal_all() == TILE + 2
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert out.getvalue().startswith(f"{TILE + 2} events")
    with acting_as_system():
        second = AuditEvent.objects.order_by("id")[1].pk
    _as_owner(*(statement.format(second=second) for statement in TAMPERINGS[name]))
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("audit_verify", stdout=out)
    assert left.value.code == 1
    if name in ("changed", "moved in time", "deleted"):
        assert out.getvalue().startswith(f"event {second}: ")


@pytest.mark.django_db(transaction=True)
def test_transactions_that_end_out_of_order_are_numbered_as_they_end() -> None:
    """The first event is committed after the second one has been sealed."""
    written, sealed = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with acting_as_system():
                _events(1)
                written.set()
                assert sealed.wait(10)
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(10)
    with acting_as_system():
        _events(1)
    assert seal() == 1
    sealed.set()
    thread.join()
    assert seal() == 1
    with acting_as_system():
        ids = list(SealedEvent.objects.order_by("id").values_list("event_id", flat=True))
    assert ids == sorted(ids, reverse=True)
    assert verify().sealed == 2


@pytest.mark.django_db(transaction=True)
def test_one_sealer_at_a_time() -> None:
    with acting_as_system():
        _events(3)
    held, done = threading.Event(), threading.Event()

    def other() -> None:
        try:
            with transaction.atomic(), connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.SEALERS])
                held.set()
                done.wait(10)
        finally:
            connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    assert held.wait(10)
    assert seal() == 0
    done.set()
    thread.join()
    assert seal() == 3


def test_a_checkpoint_opens_with_the_public_key_alone(alice: Member) -> None:
    seal_all()
    checkpoint = Checkpoint.objects.get()
    keys = [key.public_key() for key in signer().keys.values()]
    head = open_note(checkpoint.note, keys)
    assert (head.size, head.root) == (checkpoint.size, bytes(checkpoint.root))
    assert head.origin == signer().origin
