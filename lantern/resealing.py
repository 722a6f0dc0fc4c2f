"""Sealing everything kept anew with the newest key: every sealed column, slice by slice, while the portal is in use."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.models.functions import Now

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.bell import ring
from lantern.lib.seal import Keyring, Place, SealBroken, keyring
from lantern.lib.tenancy import acting_as_system
from lantern.models import Resealing

APPS = ("accounts", "audit", "lantern", "participants", "reviews", "signals", "transparency")
SLICE_BYTES = 4_000_000
SLICE_ROWS = 1_000
LARGE = frozenset(("signals_uploadchunk", "signals_pdqpage", "participants_agreement"))
RESEAL = "lantern.reseal"
KEY = "get_byte({column}, 1)"


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values: as which place they are sealed, and which column holds the id under which they are."""

    model: type[models.Model]
    name: str
    place: Place
    row: str

    @property
    def table(self) -> str:
        """Its table."""
        return self.model._meta.db_table

    @cached_property
    def key_columns(self) -> list[tuple[str, str]]:
        """Names and types of the primary key's columns."""
        fields = self.model._meta.pk_fields
        return [(str(field.column), str(field.rel_db_type(connection))) for field in fields]

    @property
    def rows(self) -> int:
        """How many are sealed anew at once: few where values are large."""
        return max(1, SLICE_BYTES // 1_000_000) if self.table in LARGE else SLICE_ROWS


def sealed_columns() -> Iterator[SealedColumn]:
    """Every binary column of the portal's own tables. A model says in `SEALED_AS` what is sealed as
    something else, or not at all (None).
    """
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        if model._meta.app_label in APPS and not model._meta.proxy:
            for field in model._meta.local_fields:
                if isinstance(field, models.BinaryField):
                    itself = Place(model._meta.db_table, field.name), "id"
                    sealed_as = getattr(model, "SEALED_AS", {}).get(field.name, itself)
                    if sealed_as is not None:
                        yield SealedColumn(model, field.name, *sealed_as)


def count_by_key() -> Counter[int]:
    """How many values each key has sealed. Reads every sealed table."""
    found: Counter[int] = Counter()
    with acting_as_system(), connection.cursor() as cursor:
        for column in sealed_columns():
            key = KEY.format(column=column.name)
            cursor.execute(f"SELECT {key}, count(*) FROM {column.table} WHERE {column.name} IS NOT NULL GROUP BY 1")
            found.update(dict(cursor.fetchall()))
    return found


def start_resealing() -> int:
    """Have everything sealed anew with the newest key, in the background; returns its number. Safe to run twice."""
    key = keyring().newest
    with acting_as_system():
        begun = Resealing.objects.filter(key=key).exists()
        for column in sealed_columns():
            Resealing.objects.get_or_create(key=key, table=column.table, column=column.name)
        Resealing.objects.filter(key=key).update(after=None, unopened=0, finished_at=None)
        if not begun:
            record(Event.RESEALING_STARTED, Resealing, by=PORTAL, key=key)
        ring(RESEAL)
    return key


def reseal() -> None:
    """Carry on what is not at its end. May be called any number of times, by anyone, at once."""
    with acting_as_system():
        unfinished = set(Resealing.objects.filter(finished_at=None).values_list("table", "column", "key"))
    for column in sealed_columns():
        for table, name, key in unfinished:
            if (table, name) == (column.table, column.name) and key == keyring().newest:
                while _slice(column, key):
                    pass


def sweep() -> None:
    """Ring again for what was left."""
    with acting_as_system():
        if Resealing.objects.filter(finished_at=None, key=keyring().newest).exists():
            ring(RESEAL)


def _slice(column: SealedColumn, key: int) -> bool:
    """Seal the next rows anew together with the checkpoint; False at the end, or where another is at it."""
    with acting_as_system():
        jobs = Resealing.objects.filter(key=key, table=column.table, column=column.name, finished_at=None)
        job = jobs.select_for_update(skip_locked=True).first()
        if job is None:
            return False
        found = _next_rows(column, key, job.after)
        sealed, unopened = _sealed_anew(column, found, keyring())
        _write(column, sealed)
        done = jobs.filter(pk=job.pk)
        counted = {"resealed": job.resealed + len(sealed), "unopened": job.unopened + unopened, "touched_at": Now()}
        if found:
            done.update(after=json.loads(json.dumps(found[-1][2:], default=str)), **counted)
            return True
        return _end_round(column, key, job, done)


def _end_round(column: SealedColumn, key: int, job: Resealing, done: "models.QuerySet[Resealing]") -> bool:
    """What somebody else held was passed over, what an old process wrote meanwhile was missed: then once more."""
    left = _left(column, key)
    if left > job.unopened:
        done.update(after=None, unopened=0, touched_at=Now())
        return True
    done.update(finished_at=Now())
    record(Event.RESEALING_FINISHED, job, by=PORTAL, key=key, column=str(job), resealed=job.resealed, unopened=left)
    return False


def _left(column: SealedColumn, key: int) -> int:
    with connection.cursor() as cursor:
        where = f"{column.name} IS NOT NULL AND {KEY.format(column=column.name)} < %s"
        cursor.execute(f"SELECT count(*) FROM {column.table} WHERE {where}", [key])
        (left,) = cursor.fetchone()
    return int(left)


def _next_rows(column: SealedColumn, key: int, after: Sequence[Any] | None) -> list[tuple[Any, ...]]:
    """Sealed value, id and primary key of the next rows under an older key; rows that somebody holds are passed over.

    A newer one may be in use already that this process has not read yet: then another round goes on beside this one.
    """
    names = ", ".join(name for name, _ in column.key_columns)
    beyond = f"AND ({names}) > ({', '.join(f'%s::{kind}' for _, kind in column.key_columns)})" if after else ""
    # NO KEY: a foreign key that names the row meanwhile need not wait.
    statement = f"""
        SELECT {column.name}, {column.row}, {names} FROM {column.table}
        WHERE {column.name} IS NOT NULL AND {KEY.format(column=column.name)} < %s {beyond}
        ORDER BY {names} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, *(after or ()), column.rows])
        return list(cursor.fetchall())


def _sealed_anew(
    column: SealedColumn, rows: Sequence[tuple[Any, ...]], keys: Keyring
) -> tuple[list[tuple[Any, ...]], int]:
    sealed: list[tuple[Any, ...]] = []
    for value, row, *primary in rows:
        try:
            plain = keys.unseal(value, column.place, UUID(str(row)))
        except SealBroken:
            continue
        sealed.append((keys.seal(plain, column.place, UUID(str(row))), *primary))
    return sealed, len(rows) - len(sealed)


def _write(column: SealedColumn, sealed: Sequence[tuple[Any, ...]]) -> None:
    if not sealed:
        return
    types = ["bytea", *(kind for _, kind in column.key_columns)]
    new = ", ".join(f"%s::{kind}[]" for kind in types)
    names = [f"k{at}" for at in range(len(column.key_columns))]
    met = " AND ".join(f"t.{name} = n.{k}" for k, (name, _) in zip(names, column.key_columns, strict=True))
    statement = f"""
        UPDATE {column.table} t SET {column.name} = n.sealed
        FROM unnest({new}) AS n(sealed, {", ".join(names)}) WHERE {met}
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(values) for values in zip(*sealed, strict=True)])
