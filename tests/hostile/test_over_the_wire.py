"""The same through the real server, which takes requests apart first: broken lines, headers, lengths."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from lantern.installation.folders import PROJECT
from tests.hostile.requests import Target, spoiled
from tests.running import TIED, free_port, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

REQUESTS = int(os.environ.get("LANTERN_FUZZ_WIRE", "1000"))
SEED = int(os.environ.get("LANTERN_FUZZ_SEED", "1"))
SIGN_IN = {"login": ["a@example.com"], "password": ["x"], "next": ["/"]}
TARGETS = [
    Target("/"), Target("/accounts/login/", "POST", SIGN_IN), Target("/accounts/login/", "GET", {"next": ["/"]}),
    Target("/participants/apply/", "POST", {"contact_name": ["N"], "contact_email": ["n@example.com"]}),
    Target("/csp-report", "POST"), Target("/transparency/"), Target("/static/css/tokens.css"), Target("/readyz"),
]  # fmt: skip
LINES = [
    b"GET / HTTP/9.9", b"GET /", b"", b"GET  / HTTP/1.1", b"GET http://elsewhere.example/ HTTP/1.1",
    b"GET * HTTP/1.1", b"\x00 / HTTP/1.1", b"GET /%00 HTTP/1.0", b"GET /" + b"a" * 9_000 + b" HTTP/1.1",
    b"GET /\xff HTTP/1.1", b"GET /?" + b"&".join([b"a=b"] * 500) + b" HTTP/1.1", b"PRI * HTTP/2.0",
    b"\x16\x03\x01\x02\x00\x01\x00",
]  # fmt: skip
MORE = [
    b"Content-Length: 5\r\nContent-Length: 6", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
    b"Transfer-Encoding: x", b"Content-Type: text/plain; charset=base64",
    b"Content-Type: text/plain; charset*=nothing''%41", b"X" * 9_000, b": x",
    b"Content-Type: multipart/form-data; boundary=b; charset=idna", b"Host: a\r\nHost: b", b"A: b\r\n folded",
    b"A\x00: b", b"\r\n".join(b"X-%d: y" % number for number in range(200)), b"Expect: 100-continue",
    b"Content-Length: 10",
]  # fmt: skip


@pytest.fixture
def port() -> Iterator[int]:
    """Where gunicorn serves the tests' database."""
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    database = connection.settings_dict
    address = make_conninfo(**{word: database[name] for name, word in known.items() if database.get(name)})
    environment = {**os.environ, "DATABASE_APP_URL": address, "PYTHONPATH": str(PROJECT), "LANTERN_LOG_LEVEL": "ERROR"}
    environment |= {"LANTERN_KEYS_DIR": str(settings.KEYS_DIR), "REDIS_URL": settings.REDIS_URL}
    chosen = free_port()
    words = ["gunicorn", "lantern.wsgi", "--bind", f"127.0.0.1:{chosen}", "--worker-class", "gthread", "--threads", "4"]
    server = subprocess.Popen(
        [*TIED, str(os.getpid()), sys.executable, "-m", *words, "--no-control-socket", "--log-level", "critical"],
        cwd=PROJECT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _asked(chosen, b"GET /livez HTTP/1.0\r\n\r\n") == 200, "ready")
        yield chosen
    finally:
        server.terminate()
        server.wait()


def _asked(port: int, request: bytes) -> int:
    """The status of the answer; 0 where the server hangs up or waits for more."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as wire:
            wire.sendall(request)
            wire.shutdown(socket.SHUT_WR)
            first = wire.makefile("rb").readline(200).split()
    except OSError:
        return 0
    return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0


def _request(chance: Random) -> bytes:
    made = spoiled(chance.choice(TARGETS), ["next", "page", "q"], chance)
    query = b"?" + made.query.replace(b" ", b"+") if made.query else b""
    line = b"%s %s%s HTTP/1.1" % (made.method.encode(), made.path.replace(b" ", b"%20") or b"/", query)
    if chance.random() < 0.1:
        line = chance.choice(LINES)
    headers = [b"%s: %s" % (name.encode(), text) for name, text in made.headers.items()]
    headers += [b"Content-Length: %d" % len(made.body)] if made.body else []
    headers += [b"Content-Type: " + made.content_type] if made.content_type else []
    headers += [chance.choice(MORE)] if chance.random() < 0.3 else []
    ending = chance.choice([b"\r\n", b"\r\n", b"\r\n", b"\n"])
    return ending.join([line, *headers, b"Connection: close", b"", made.body])


def test_no_request_over_the_wire_makes_the_server_fail(port: int) -> None:
    wrong, answers = [], Counter[int]()
    for number in range(REQUESTS):
        request = _request(Random(f"{SEED} wire {number}"))
        status = _asked(port, request)
        answers[status] += 1
        if status >= 500:
            wrong.append((status, request[:400]))
    print(f"{REQUESTS} requests of seed {SEED} over the wire: {dict(answers)}")  # noqa: T201
    # gunicorn itself answers 501 for a coding of the body that it does not know.
    assert [each for each in wrong if each[0] != 501] == []
    assert answers[200] > REQUESTS / 20
    assert answers[400] > REQUESTS / 20
    assert _asked(port, b"GET /livez HTTP/1.0\r\n\r\n") == 200, "it still serves"
