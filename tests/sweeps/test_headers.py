"""The headers of every answer, refusals and errors included."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from participants.models import Member
from signals.models import Signal
from tests.world import share

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "/": 302,
    "/accounts/login/": 200,
    "/transparency/": 200,
    "/livez": 200,
    "/nowhere/": 404,
    "/signals/": 302,
}


def _safe(response: Any) -> None:
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(("url", "status"), ADDRESSES.items())
def test_answers_to_visitors(client: Client, url: str, status: int) -> None:
    response = client.get(url)
    assert response.status_code == status
    _safe(response)


def test_answers_to_members(as_alice: Client) -> None:
    for url in ("/", "/signals/", "/signals/uploads/", "/reviews/", "/signals/uploads/template.csv", "/admin/"):
        _safe(as_alice.get(url))


def test_answers_to_staff(as_sam: Client) -> None:
    for url in ("/admin/", "/admin/participants/participant/"):
        _safe(as_sam.get(url))


def test_answer_when_something_breaks(as_alice: Client, alice: Member) -> None:
    """A value that no longer opens: the page of errors, with its headers and without the value."""
    signal = share(alice, value="mira@example.com")
    Signal.objects.filter(pk=signal.pk).update(value=b"broken")
    as_alice.raise_request_exception = False
    with transaction.atomic():
        response = as_alice.get(f"/signals/{signal.pk}/")
        transaction.set_rollback(True)
    assert response.status_code == 500
    assert b"Something went wrong on our side" in response.content
    _safe(response)


@pytest.mark.parametrize(("fault", "status"), [("57P01", 503), ("53100", 503), ("22012", 500)])
def test_answer_when_the_database_is_away_or_full(as_alice: Client, fault: str, status: int) -> None:
    """A session ended by its server, a full disk, and for comparison an error that waiting does not mend."""

    as_alice.raise_request_exception = False
    with transaction.atomic():
        with connection.execute_wrapper(lambda execute, statement, *rest: _failing(fault, execute, statement, *rest)):
            response = as_alice.get("/signals/")
        transaction.set_rollback(True)
    assert response.status_code == status
    assert response.has_header("Retry-After") == (status == 503)
    assert b"Something went wrong on our side" in response.content
    _safe(response)


def test_a_refused_form_token_and_host() -> None:
    refused = Client(enforce_csrf_checks=True).post("/accounts/login/")
    assert refused.status_code == 403
    _safe(refused)
    strange = Client().get("/", headers={"host": "elsewhere.example"})
    assert strange.status_code == 400
    _safe(strange)


def _failing(fault: str, execute: Any, statement: Any, *rest: Any) -> Any:
    """In the place of what the view asks for, PostgreSQL raises that."""
    if "signals_signal" in str(statement):
        statement, rest = f"DO $$ BEGIN RAISE SQLSTATE '{fault}'; END $$", (None, *rest[1:])
    return execute(statement, *rest)
