"""Somebody's browser: a session, a form's token, and what the portal answers, if it does."""

import http.client
import secrets
import threading
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from accounts.models import User
from lantern.lib.tenancy import acting_as_system
from tests.world import signed_in

TIMEOUT_SECONDS = 20.0
CSRF = "a" * 32
BOUNDARY = "lantern-chaos-boundary"
FILE = f"multipart/form-data; boundary={BOUNDARY}"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """A status (0: the connection broke, or there was none), where it leads, and the page."""

    status: int
    location: str = ""
    page: str = ""
    date: str = ""

    @property
    def went(self) -> bool:
        """It was taken and leads on, not to the way in."""
        return self.status == 302 and "/accounts/" not in self.location


class Browser:
    """`email` is signed in; without one it is a stranger's."""

    under_way: ClassVar[Counter[str]] = Counter()
    broken: ClassVar[Counter[str]] = Counter()
    statuses: ClassVar[Counter[int]] = Counter()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, port: int, email: str = "") -> None:
        self._port = port
        self._email = email
        self._session = ""
        self.sign_in()

    def sign_in(self) -> None:
        """A new session, past password and code."""
        if self._email:
            connection.close()  # it may be from before PostgreSQL was killed
            with acting_as_system():
                client = signed_in(User.objects.get(email=self._email))
            self._session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def get(self, path: str) -> Answer:
        """A page."""
        return self._ask("GET", path)

    def post(self, path: str, file: bytes | None = None, *, as_script: bool = False, **fields: str) -> Answer:
        """A form, with a file or without; `as_script`: as htmx sends it, which takes a part of a page."""
        fields = {"csrfmiddlewaretoken": CSRF, **fields}
        if file is None:
            return self._ask("POST", path, urlencode(fields).encode(), FORM, as_script=as_script)
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="chaos.csv"\r\n'
        body = "".join(parts).encode() + f"{head}Content-Type: text/csv\r\n\r\n".encode() + file
        return self._ask("POST", path, body + f"\r\n--{BOUNDARY}--\r\n".encode(), FILE, as_script=as_script)

    def _ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "", *, as_script: bool = False
    ) -> Answer:
        cookies = f"{settings.CSRF_COOKIE_NAME}={CSRF}"
        if self._session:
            cookies += f"; {settings.SESSION_COOKIE_NAME}={self._session}"
        headers = {"Cookie": cookies, "User-Agent": "chaos", "X-Nothing": secrets.token_hex(2)}
        if as_script:
            headers["HX-Request"] = "true"
        if body is not None:
            headers["Content-Type"] = kind
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        self._count(self.under_way, "web", 1)
        try:
            line.request(method, path, body, headers)
            told = line.getresponse()
            page = told.read().decode(errors="replace")
            answer = Answer(told.status, told.getheader("Location", ""), page, told.getheader("Date", ""))
        except (OSError, http.client.HTTPException):
            self._count(self.broken, "web", 1)
            answer = Answer(0)
        finally:
            line.close()
            self._count(self.under_way, "web", -1)
        self._count(self.statuses, answer.status, 1)
        if self._email and answer.status == 302 and "/accounts/login" in answer.location:
            self._session = ""
        return answer

    @property
    def is_signed_out(self) -> bool:
        """The portal has ended the session (the clock of the web host was stepped), or it was never begun."""
        return bool(self._email) and not self._session

    @classmethod
    def _count(cls, which: "Counter[str] | Counter[int]", key: "str | int", number: int) -> None:
        with cls._lock:
            which[key] += number  # type: ignore[index]
