"""A new key seals at once, and everything kept comes under it, however often and by however many it is done."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.transaction import atomic
from django.db.utils import DatabaseError
from pytest_django import Settings

from accounts.models import Authenticator
from audit.models import AuditEvent
from lantern.lib import seal
from lantern.lib.seal import forget_keys, keyring
from lantern.models import Resealing
from lantern.resealing import APPS, SealedColumn, _slice, count_by_key, reseal, sealed_columns, start_resealing
from participants.models import Member
from signals.models import Signal, StagedRow
from tests.signals.made_files import made_file
from tests.world import share, sign_agreement, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A key folder of the test's own, with this run's keys."""
    keys = tmp_path / "keys"
    shutil.copytree(settings.KEYS_DIR, keys)
    settings.KEYS_DIR = keys
    forget_keys()
    yield keys
    forget_keys()


def add_key(folder: Path, number: int = 2) -> None:
    (folder / f"seal-{number}.key").write_text(secrets.token_hex(32))
    seal._held.look_at = 0


def column(table: str, name: str) -> SealedColumn:
    return next(each for each in sealed_columns() if (each.table, each.name) == (table, name))


# Hashes, salts and public files.
PLAIN = {
    ("audit_sealedevent", "salt"),
    ("audit_sealedevent", "leaf"),
    ("audit_treenode", "hash"),
    ("audit_checkpoint", "root"),
    ("transparency_editionfile", "content"),
}


def test_every_binary_column_is_sealed_anew() -> None:
    ours = [model for model in apps.get_models() if model._meta.app_label in APPS]
    fields = {
        (model._meta.db_table, field.column)
        for model in ours
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField)
    }
    found = list(sealed_columns())
    assert {(each.table, each.name) for each in found} == fields - PLAIN
    assert len(fields) >= 20
    for each in found:
        assert each.row in {field.column for field in each.model._meta.local_fields}, each
    alone = {each.place for each in found if each.table != "signals_stagedrow"}
    assert {each.place for each in found} == alone, "what is staged is sealed as what it becomes"
    assert len(alone) == len(found) - 3


def test_a_new_key_seals_at_once_and_old_values_open(folder: Path, alice: Member) -> None:
    old = share(alice, value="old@example.com")
    add_key(folder)
    new = share(alice, value="new@example.com")
    assert (bytes(Signal.objects.get(pk=old.pk).value or b"")[1], bytes(new.value or b"")[1]) == (1, 2)
    assert Signal.objects.get(pk=old.pk).plain_value == "old@example.com"


def test_a_value_under_a_key_that_another_process_knows_already_opens(folder: Path, alice: Member) -> None:
    before = keyring()
    (folder / "seal-2.key").write_text(secrets.token_hex(32))
    forget_keys()
    signal = share(alice, value="new@example.com")
    seal._held.ring, seal._held.changed, seal._held.look_at = before, -1, float("inf")
    assert signal.plain_value == "new@example.com"


def test_everything_is_sealed_anew_and_still_opens(folder: Path, alice: Member) -> None:
    waiting = upload(alice, made_file(12).content)
    signal = share(alice, value="old@example.com", note="seen twice", incident="case 7")
    sign_agreement(alice.participant, b"%PDF-1.7 and its text")
    seed = Authenticator.objects.get(user=alice.user)
    code_key = keyring().unseal(seed.seed, Authenticator.SEED, seed.seed_id)
    held = count_by_key()
    assert held.keys() == {1}

    add_key(folder)
    start_resealing()
    for _ in range(2):
        reseal()
    assert count_by_key() == {2: held.total()}
    assert not Resealing.objects.filter(finished_at=None).exists()
    assert sum(Resealing.objects.values_list("resealed", flat=True)) == held.total()
    assert set(Resealing.objects.values_list("unopened", flat=True)) == {0}
    (folder / "seal-1.key").unlink()
    forget_keys()

    signal.refresh_from_db()
    assert signal.plain_value == "old@example.com"
    contribution = signal.contributions.get()
    assert contribution.shown_note == "seen twice"
    assert contribution.incident is not None
    assert contribution.incident.shown_reference == "case 7"
    seed.refresh_from_db()
    assert keyring().unseal(seed.seed, Authenticator.SEED, seed.seed_id) == code_key
    assert StagedRow.objects.filter(batch=waiting.pk, value__isnull=False).exists()
    assert all_open()


def all_open() -> int:
    """Every sealed value opens at its place; how many there are."""
    number = 0
    for each in sealed_columns():
        rows = each.model._base_manager.exclude(**{each.name: None})
        for value, row in rows.values_list(each.name, each.row):
            keyring().unseal(value, each.place, UUID(str(row)))
            number += 1
    return number


def test_resealing_goes_on_where_it_stood_and_twice_does_nothing_twice(
    folder: Path, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lantern.resealing.SLICE_ROWS", 2)
    for number in range(7):
        share(alice, value=f"person{number}@example.com")
    add_key(folder)
    key = start_resealing()
    values = column("signals_signal", "value")
    assert _slice(values, key)
    job = Resealing.objects.get(table="signals_signal", column="value")
    assert (job.resealed, job.finished_at) == (2, None)
    first = dict(Signal.objects.values_list("pk", "value"))
    reseal()
    job.refresh_from_db()
    assert job.resealed == 7
    done = [pk for pk, value in Signal.objects.values_list("pk", "value") if value == first[pk]]
    assert len(done) == 2, "what was sealed anew before is left alone"
    events = AuditEvent.objects.filter(event="keys.resealing_finished").count()
    start_resealing()
    reseal()
    job.refresh_from_db()
    assert job.resealed == 7
    assert AuditEvent.objects.filter(event="keys.resealing_started").count() == 1
    assert events


def test_what_an_old_process_wrote_meanwhile_is_sealed_anew_too(folder: Path, alice: Member) -> None:
    share(alice, value="one@example.com")
    before = keyring()
    add_key(folder)
    key = start_resealing()
    values = column("signals_signal", "value")
    assert _slice(values, key)
    late = share(alice, value="two@example.com")
    Signal.objects.filter(pk=late.pk).update(value=before.seal(b"two@example.com", values.place, late.pk))
    Resealing.objects.update(after=["ffffffff-ffff-ffff-ffff-ffffffffffff"])
    while _slice(values, key):
        pass
    assert bytes(Signal.objects.get(pk=late.pk).value or b"")[1] == 2


def test_what_a_newer_key_sealed_already_is_left_to_that_key_s_round(folder: Path, alice: Member) -> None:
    """This process has not read the newest key, and cannot: the folder is away for a moment."""
    signal = share(alice, value="one@example.com")
    add_key(folder)
    key = start_resealing()
    add_key(folder, 3)
    newer = keyring().seal(b"one@example.com", column("signals_signal", "value").place, signal.pk)
    Signal.objects.filter(pk=signal.pk).update(value=newer)
    (folder / "seal-3.key").rename(folder / "kept-elsewhere")
    forget_keys()
    assert keyring().newest == key
    folder.rename(folder.with_name("away"))
    reseal()
    job = Resealing.objects.get(key=key, table="signals_signal", column="value")
    assert job.finished_at
    assert job.unopened == 0
    assert bytes(Signal.objects.get(pk=signal.pk).value or b"") == newer


def test_a_value_that_no_key_opens_is_counted_and_left(folder: Path, alice: Member) -> None:
    signal = share(alice, value="one@example.com")
    broken = bytes(signal.value or b"")[:-1] + bytes([bytes(signal.value or b"")[-1] ^ 1])
    Signal.objects.filter(pk=signal.pk).update(value=broken)
    add_key(folder)
    start_resealing()
    reseal()
    job = Resealing.objects.get(table="signals_signal", column="value")
    assert job.finished_at
    assert job.unopened == 1
    assert count_by_key()[1] == 1


@pytest.mark.parametrize(
    "change",
    [
        "content = %(old)s",
        "content = overlay(content PLACING '\\x01'::bytea FROM 2)",
        "content = overlay(content PLACING '\\x02'::bytea FROM 2), title = 'Another'",
        "content = overlay(content PLACING '\\x02'::bytea FROM 2) || '\\x00'::bytea",
    ],
)
def test_what_is_never_changed_may_be_sealed_anew_and_nothing_else(change: str, alice: Member) -> None:
    agreement = sign_agreement(alice.participant, b"%PDF-1.7 and its text")
    values: dict[str, Any] = {"old": bytes(agreement.content), "id": agreement.pk}
    with pytest.raises(DatabaseError), atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE participants_agreement SET {change} WHERE id = %(id)s", values)
