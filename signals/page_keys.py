"""Keyset paging in addresses: `?after=<the last id seen>`, beside the filters."""

from uuid import UUID

from django.http import HttpRequest

KEY = "after"


def after_key(request: HttpRequest) -> UUID | None:
    """The id behind which the page begins; None for the first page or a key that is none."""
    try:
        return UUID(request.GET.get(KEY, ""))
    except ValueError:
        return None


def next_url(request: HttpRequest, last: UUID) -> str:
    """The address of the page behind `last`, with the filters as they are."""
    query = request.GET.copy()
    query[KEY] = str(last)
    return f"{request.path}?{query.urlencode()}"
