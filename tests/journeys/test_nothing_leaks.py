"""No identifier of what people shared stands in clear in anything the portal leaves behind or sends along."""

import base64
import json
import os
import signal
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from playwright.sync_api import Page, Request

from lantern.installation.folders import open_home
from lantern.installation.redis import Redis as EmbeddedRedis
from tests.faults.work import start_work
from tests.journeys.conftest import Visit
from tests.running import RunningInstallation
from tests.signals.files import as_file

# Rare enough that nothing else holds them.
LOCAL, NAME, CASE, FILE = "qzleaky.person", "qzleaky_player", "QZLEAKY-77", "qzleaky-list"
ROWS = [
    ["kind", "value", "service", "harm_types", "incident", "note"],
    ["email", f"{LOCAL}@example.com", "", "grooming", CASE, "seen with qzleaky friends"],
    ["username", NAME, "harbor", "grooming", CASE, ""],
    ["url", "https://files.example/qzleaky/album", "", "grooming", "", ""],
    ["sha256", "c0ffee" * 10 + "beef", "", "csam_distribution", "", ""],
    ["email", "qzleaky nobody at nowhere", "", "grooming", "", ""],
]
MARKS = [b"qzleaky", b"QZLEAKY", b"c0ffee" * 10]


@contextmanager
def stopped(lantern: RunningInstallation) -> Iterator[None]:
    """The workers stand still, so that what was sent to them lies in Redis."""
    pids = lantern.pids("worker")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def in_clear(content: bytes) -> list[bytes]:
    """Which of the marks stand there."""
    return [mark for mark in MARKS if mark in content]


def messages(lantern: RunningInstallation) -> bytes:
    """All that Redis holds, the bodies of messages unpacked."""
    address = lantern.environment.get("REDIS_URL") or EmbeddedRedis(open_home(lantern.home)).url
    held: list[bytes] = []
    with redis.Redis.from_url(address) as client:
        for key in client.scan_iter():
            read = {b"list": lambda key: client.lrange(key, 0, -1), b"hash": client.hvals, b"set": client.smembers}
            held += [key, *read.get(client.type(key), lambda _: [])(key)]
    return b"\n".join([*held, *map(_body, held)])


def _body(message: bytes) -> bytes:
    try:
        return base64.b64decode(json.loads(message)["body"])
    except (ValueError, TypeError, KeyError):
        return b""


def sessions_of(lantern: RunningInstallation) -> bytes:
    """Every session row, unpacked."""
    return b"\n".join(map(_unpacked, (row[0] for row in lantern.rows("SELECT session_data FROM accounts_session"))))


def _unpacked(packed: str) -> bytes:
    body = packed.removeprefix(".").partition(":")[0]
    content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return zlib.decompress(content) if packed.startswith(".") else content


def test_no_identifier_stands_in_clear_anywhere(visit: Visit, lantern: RunningInstallation, tmp_path: Path) -> None:
    path = tmp_path / f"{FILE}.csv"
    path.write_bytes(as_file(*ROWS))
    with stopped(lantern):
        work = start_work(lantern, path, "lee@cloudnine.example")
        waiting = messages(lantern)
        assert waiting.count(f'"upload_id": "{work.id}"'.encode()) == 1, "the ring lies there, unpacked"
        assert not in_clear(waiting)
    work.wait_for_the_end()
    assert lantern.number(f"SELECT count(*) FROM signals_contribution WHERE upload_id = '{work.id}'") == len(ROWS) - 2

    asked: list[str] = []
    page = visit("lee@pixelforge.example")
    page.on("request", lambda request: asked.append(_address(request)))
    refused = look_around(page)
    assert len(asked) > 3
    assert not in_clear("\n".join(asked).encode())
    assert not in_clear(refused.encode()), "an error page tells nothing back"
    assert not in_clear(lantern.log.encode())
    assert not in_clear(messages(lantern))
    held = sessions_of(lantern)
    assert b"_auth_user_id" in held, "they are read"
    assert not in_clear(held)
    assert not list(files_in_clear(lantern))


def _address(request: Request) -> str:
    return f"{request.url} {request.headers.get('referer', '')}"


def look_around(page: Page) -> str:
    """Look values up, open and reveal what is found, and ask for what there is not; returns the page of the refusal."""
    page.goto("/signals/lookup/")
    page.get_by_role("textbox", name="Values").fill(f"{LOCAL}@example.com\n{NAME}\nhttps://files.example/qzleaky/album")
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("heading", name="Known").first.wait_for()
    page.goto("/signals/")
    page.goto("/reviews/")
    answer = page.request.post(
        "/signals/lookup/", form={"values": f"{LOCAL}@example.com\x00", "csrfmiddlewaretoken": "x"}
    )
    assert answer.status >= 400
    return answer.text()


def files_in_clear(lantern: RunningInstallation) -> Iterator[Path]:
    """Files of the installation, those of the database among them, in which something stands in clear."""
    home = open_home(lantern.home)
    for root in (home.path, home.postgres.resolve()):
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink() and in_clear(path.read_bytes()):
                yield path
