"""Every address of the portal, found by walking the URLconf."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def every_url() -> Iterator[tuple[str, URLPattern]]:
    """(name with its namespace, pattern) of each address, Django's admin excepted.

    The admin's views bear no marks of their own: the gate holds all of them to staff (`lantern.middleware.Gate`).
    """
    yield from _walk(get_resolver(), "")


def _walk(resolver: Any, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from _walk(entry, f"{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", entry
