"""The mark each view bears: who may call it. `lantern.middleware.Gate` reads it and decides; nothing else does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Mark:
    """`action` is None for a page that anybody may open."""

    action: str | None


def public(view: Any) -> Any:
    """Anybody may open this page: sign-in, public report, health."""
    view.lantern_mark = Mark(None)
    return view


def requires(action: str) -> Callable[[Any], Any]:
    """Only somebody who may do `action` (`participants.policies.Action`); to all others the page does not exist."""

    def mark(view: Any) -> Any:
        view.lantern_mark = Mark(action)
        return view

    return mark


def mark_of(view: Any) -> Mark | None:
    """The mark of a view, or None where it was forgotten."""
    return getattr(view, "lantern_mark", None)
