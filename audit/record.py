"""Writing an event down. Every service that changes something calls this once, inside its transaction."""

import json
from typing import Protocol

from django.db import models

from audit.events import Event
from lantern.lib.compiled import prepared_cursor

INSERT = (
    "INSERT INTO audit_auditevent (event, actor_id, participant_id, target_type, target_id, details)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)

Detail = str | int | bool | None | list[str] | dict[str, int]


class Actor(Protocol):
    """Who acts: a member, a coalition user, or the portal itself."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def participant_id(self) -> int | None: ...


class _Portal:
    user_id = None
    participant_id = None


PORTAL: Actor = _Portal()


def record(event: Event, target: models.Model | type[models.Model], *, by: Actor, **details: Detail) -> None:
    """Add one event about `target`, a row, or a model where many rows were concerned at once.

    `details` hold names, counts and codes, never a value of a signal.
    """
    row = [event.value, by.user_id, by.participant_id, target._meta.label_lower, _id_of(target), json.dumps(details)]
    # Plain SQL, because an INSERT with RETURNING wants to read the row, and not everybody who acts may read events.
    with prepared_cursor() as cursor:
        cursor.execute(INSERT, row)


def _id_of(target: models.Model | type[models.Model]) -> str:
    return str(target.pk) if isinstance(target, models.Model) else ""
