"""The mark each view bears: who may call it. `lantern.middleware.Gate` reads it and decides; nothing else does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Mark:
    """`action` is None for a page that needs no grant: then anybody may open it, or with `passed` whoever is signed in.

    With `fresh`, whoever opens it must have proved who they are within the last minutes.
    """

    action: str | None
    passed: bool = False
    fresh: bool = False


def public(view: Any) -> Any:
    """Anybody may open this page: sign-in, public report, health."""
    view.lantern_mark = Mark(None)
    return view


def personal(*, fresh: bool = False) -> Callable[[Any], Any]:
    """Anybody who has passed both steps of signing in: the pages of one's own account."""
    return _marked(Mark(None, passed=True, fresh=fresh))


def requires(action: str, *, fresh: bool = False) -> Callable[[Any], Any]:
    """Only somebody who may do `action` (`participants.policies.Action`); to all others the page does not exist.

    `fresh` is for exports, keys, roles and publishing: it asks for a code again unless one was given just now.
    """
    return _marked(Mark(action, passed=True, fresh=fresh))


def _marked(mark: Mark) -> Callable[[Any], Any]:
    def bear(view: Any) -> Any:
        view.lantern_mark = mark
        return view

    return bear


def mark_of(view: Any) -> Mark | None:
    """The mark of a view, or None where it was forgotten."""
    return getattr(view, "lantern_mark", None)
