"""A change of e-mail address that waits, sealed, in the session for the code that went to the new one."""

import json
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from accounts.letters import Topic
from accounts.post import write_letter
from accounts.requests import PersonRequest
from lantern.lib.ids import new_id
from lantern.lib.seal import Place, SealBroken, seal, unseal

WAITING = "email_change"
PLACE = Place("accounts_session", WAITING)
WAITS_SECONDS = 30 * 60
MOST_WRONG = 5


@dataclass(frozen=True)
class EmailChange:
    """The new address, the code that went there, and until when it holds."""

    address: str
    code: str
    until: float
    wrong: int = 0

    def keep(self, request: HttpRequest) -> None:
        """Put it, sealed, into the session."""
        row = new_id()
        body = json.dumps([self.address, self.code, self.until, self.wrong])
        request.session[WAITING] = [str(row), b64encode(seal(body, PLACE, row)).decode()]

    def count_wrong(self, request: HttpRequest) -> None:
        """One more wrong code; after five the change is let go."""
        if self.wrong + 1 >= MOST_WRONG:
            request.session.pop(WAITING, None)
        else:
            EmailChange(self.address, self.code, self.until, self.wrong + 1).keep(request)


def begin_change(request: PersonRequest, address: str, *, code: str) -> None:
    """Send `code` to `address` and wait for it. The same for an address that somebody has already."""
    EmailChange(address, code, time.time() + WAITS_SECONDS).keep(request)
    context = {"code": code, "person": request.user}
    write_letter("email_code", topic=Topic.SECURITY, address=address, context=context)


def waiting_change(request: HttpRequest) -> EmailChange | None:
    """The change that waits in this session, if it has not run out."""
    kept = request.session.get(WAITING)
    if kept is None:
        return None
    try:
        change = EmailChange(*json.loads(unseal(b64decode(kept[1]), PLACE, UUID(kept[0]))))
    except SealBroken:
        return None
    return change if time.time() < change.until else None
