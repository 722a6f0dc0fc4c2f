"""Where sessions are kept: Django's database store, with hashed keys, and the person beside the data."""

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.utils import timezone

from lantern.lib.compiled import CompiledQuery, Parameter

if TYPE_CHECKING:
    from accounts.models import Session

BEGUN, SEEN, AGENT = "begun", "seen", "agent"


def row_key(session_key: str) -> str:
    """What stands in the database for a key: whoever reads the table cannot take a session over."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    """Used by `settings.SESSION_ENGINE`."""

    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session  # noqa: PLC0415 -- models are loaded after settings name this module

        return Session

    def exists(self, session_key: str) -> bool:
        return bool(self.model.objects.filter(session_key=row_key(session_key)).exists())

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=row_key(key)).delete()

    def take(self, name: str) -> Any:
        """Take out what counts once: of several requests of one session at the same time the first has it, the others
        None. In a transaction, which keeps them waiting until it ends.
        """
        self.pop(name, None)
        row = self.model.objects.select_for_update().filter(session_key=row_key(self.session_key or "")).first()
        kept = self.decode(row.session_data) if row else {}
        taken = kept.pop(name, None)
        if row and taken is not None:
            self.model.objects.filter(pk=row.pk).update(session_data=self.encode(kept))
        return taken

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        model: Any = self.model
        return model(
            session_key=row_key(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            begun_at=_moment(data.get(BEGUN)),
            seen_at=_moment(data.get(SEEN)),
            agent=str(data.get(AGENT, ""))[:200],
        )

    def _get_session_from_db(self) -> Any:
        found = _running.first(key=row_key(self.session_key or ""), now=timezone.now())
        if found is None:
            self._session_key = None
        return found


@CompiledQuery
def _running() -> "QuerySet[Session]":
    from accounts.models import Session  # noqa: PLC0415 -- as above

    return Session.objects.filter(session_key=Parameter("key"), expire_date__gt=Parameter("now"))


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
