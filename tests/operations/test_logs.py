"""Lines of the log: named after their request, from web to task, and without what somebody sent."""

import json
import logging
import re
import sys
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client, override_settings

from lantern.celery import begin_task, end_task, hand_on_request_id
from lantern.lib import request_ids
from lantern.lib.logs import Json, Plain, WithoutValues

pytestmark = pytest.mark.django_db
NAME = "0" * 32


def _written(record: logging.LogRecord, form: logging.Formatter) -> str:
    assert WithoutValues().filter(record)
    return form.format(record)


def _error() -> Any:
    try:
        int("mira@example.com")
    except ValueError:
        return sys.exc_info()


def test_a_request_is_named_and_logged_by_its_pattern(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answer = client.get("/join/a-secret-token/?q=mira@example.com")
    assert re.fullmatch("[0-9a-f]{32}", answer["X-Request-ID"])
    (line,) = [record for record in caplog.records if record.name == "lantern.requests"]
    for form in (Json(), Plain()):
        assert "secret" not in _written(line, form)
        assert "mira" not in _written(line, form)
    assert json.loads(_written(line, Json()))["status"] == answer.status_code


@pytest.mark.parametrize(
    ("proxies", "given", "taken"), [(1, NAME, True), (0, NAME, False), (1, "mira@example.com", False)]
)
def test_a_name_from_outside(client: Client, proxies: int, given: str, taken: bool) -> None:
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        answer = client.get("/livez", headers={"x-request-id": given})
    assert (answer["X-Request-ID"] == given) is taken


def test_a_task_bears_the_name_of_the_request_that_rang_it() -> None:
    headers: dict[str, Any] = {}
    with request_ids.named(NAME):
        hand_on_request_id(headers=headers)
    context = Mock(get=headers.get)
    begin_task(task=Mock(request=context))
    assert request_ids.current_request_id() == NAME
    end_task(task=Mock(request=context), task_id="1", state="SUCCESS")
    assert request_ids.current_request_id() == ""


def test_a_ring_outside_of_a_request_is_handed_no_name() -> None:
    headers: dict[str, Any] = {}
    hand_on_request_id(headers=headers)
    assert headers == {}


@pytest.mark.parametrize("form", [Json(), Plain()])
def test_errors_are_logged_without_their_text(form: logging.Formatter) -> None:
    error = _error()
    for name, args in (("django.request", ("/x/mira@example.com",)), ("signals.tasks", ())):
        said = "Internal Server Error: %s" if args else "it failed"
        line = _written(logging.LogRecord(name, logging.ERROR, __file__, 1, said, args, error), form)
        assert "mira" not in line
        assert "ValueError" in line
        assert "_error" in line


def test_a_task_that_fails_is_logged_without_what_it_says() -> None:
    error = _error()
    facts = {"name": "signals.work", "exc": "ValueError('mira@example.com')"}
    record = logging.LogRecord("celery.app.trace", logging.ERROR, __file__, 1, "%(name)s %(exc)s", (facts,), error)
    line = json.loads(_written(record, Json()))
    assert line["message"] == "task signals.work ended: ValueError"
    assert "mira" not in json.dumps(line)
