"""Requests as they come over the wire, read so that none fails before anything of ours has seen it."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters

UTF_8 = {"utf-8", "utf8"}
MOST_DIGITS = 18  # of a length


class Utf8Request(WSGIRequest):
    """A request whose words are UTF-8, whatever it says itself: `is_readable` is False where it says something else.

    Django's own takes over any codec that its sender names, `base64` too, and reads the query string with it while the
    request is being made: what fails there is outside of every middleware, so no page of ours answers.
    """

    is_readable = True

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError):  # too long, or a parameter in letters that nobody knows (RFC 2231)
            self.content_type, self.content_params, self.is_readable = "", {}, False
            return
        self.is_readable = (self.content_params or {}).get("charset", "utf-8").lower() in UTF_8


class Application(WSGIHandler):
    """Django's, with requests of ours."""

    request_class = Utf8Request


def stated_length(request: HttpRequest) -> int | None:
    """How many bytes the body has, as its sender says; None where that is no number. Many digits count as very many."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not (stated.isascii() and stated.isdecimal()):
        return None
    return int(stated.lstrip("0")[:MOST_DIGITS] or "0")
