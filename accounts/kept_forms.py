"""A form sent when its session had run out, or before a factor was asked for again: kept, sealed, for its own writer.

It waits in the session for a quarter of an hour and is shown after signing in, ready to be sent. Passwords and codes
are never kept, nor what an open page sends as a sign of presence; files cannot be.
"""

import json
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.clock import LEFT_BY, PRESENCE
from lantern.lib.ids import new_id
from lantern.lib.seal import Place, SealBroken, seal, unseal

KEPT = "kept_form"
PLACE = Place("accounts_session", KEPT)
WAITS_SECONDS = 15 * 60
LARGEST = 200_000
NEVER = ("csrfmiddlewaretoken", "password", "code", "secret", "token")


@dataclass(frozen=True)
class KeptForm:
    """Where it was sent, and what was in it."""

    path: str
    fields: list[tuple[str, str]]


def keep_form(request: HttpRequest) -> bool:
    """Keep the form of a POST request for whoever is, or was until just now, signed in; whether it was kept."""
    if PRESENCE in request.headers:
        return False
    writer = request.user.pk or request.session.get(LEFT_BY)
    fields = [(name, value) for name, values in request.POST.lists() for value in values if not _is_secret(name)]
    body = json.dumps(
        {"path": request.get_full_path(), "fields": fields, "writer": writer, "until": time.time() + WAITS_SECONDS}
    )
    # The pages of one's own account are soon filled in again, and what they take had better not wait anywhere.
    if writer is None or len(body) > LARGEST or request.path.startswith("/accounts/"):
        return False
    row = new_id()
    request.session[KEPT] = [str(row), b64encode(seal(body, PLACE, row)).decode()]
    return True


def kept_form(request: HttpRequest) -> KeptForm | None:
    """The form that waits for the person who is signed in now; somebody else's is forgotten."""
    kept = _opened(request.session.get(KEPT))
    if kept is None or kept["writer"] != request.user.pk or kept["until"] < time.time():
        forget_form(request)
        return None
    return KeptForm(kept["path"], [(name, value) for name, value in kept["fields"]])


def forget_form(request: HttpRequest) -> None:
    """Let go of what was kept."""
    request.session.pop(KEPT, None)


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in NEVER)


def _opened(kept: Any) -> dict[str, Any] | None:
    if kept is None:
        return None
    row, sealed = kept
    try:
        opened: dict[str, Any] = json.loads(unseal(b64decode(sealed), PLACE, UUID(row)))
    except SealBroken:
        return None
    return opened
