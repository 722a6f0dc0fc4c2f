"""Requests whose headers say what no sender of ours says."""

from io import BytesIO
from typing import Any

import pytest

from lantern.lib.wire import Utf8Request, stated_length


def _request(**said: str) -> Utf8Request:
    environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": BytesIO(b""), **said}
    return Utf8Request(environ)


@pytest.mark.parametrize(
    ("content_type", "readable"),
    [
        ("", True),
        ("text/plain", True),
        ("text/plain; charset=UTF-8", True),
        ("text/plain; charset=utf8", True),
        ("text/plain; charset=utf-16", False),
        ("text/plain; charset=base64", False),
        ("text/plain; charset*=nothing''%41", False),
    ],
)
def test_words_are_utf_8_whatever_a_request_says(content_type: str, readable: bool) -> None:
    """Its query string is read all the same, so that the page of the refusal can be."""
    request = _request(CONTENT_TYPE=content_type, QUERY_STRING="q=%C3%A4")
    assert request.is_readable is readable
    assert request.GET["q"] == "ä"


@pytest.mark.parametrize(
    ("stated", "length"),
    [("", 0), ("0", 0), ("007", 7), ("12", 12), ("-1", None), ("1e3", None), ("+5", None), (" 5", None), ("٣", None)],
)
def test_a_length_is_a_number_or_none(stated: str, length: int | None) -> None:
    assert stated_length(_request(CONTENT_LENGTH=stated)) == length


def test_a_length_of_very_many_digits_is_very_much() -> None:
    many = stated_length(_request(CONTENT_LENGTH="9" * 5_000))
    assert many is not None
    assert many > 10**17
