"""Publishing by the legal way: drafted and reviewed by Rhea, published by somebody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

from django.utils import timezone

from accounts.models import CoalitionRole, User
from audit.record import Actor
from tests.world import add_staff
from transparency.drafting import draft_report, edit_draft, review_draft
from transparency.models import Draft, Edition
from transparency.publishing import publish_edition


def rhea() -> User:
    """The coalition's second person."""
    found = User.objects.filter(email="rhea@coalition.example").first()
    return found or add_staff("rhea", CoalitionRole.STAFF)


def reviewed(year: int) -> Draft:
    """A draft that may be published; a correction says why there is one."""
    by = rhea()
    draft = draft_report(year, by=by)
    if draft.number > 1:
        edit_draft(draft, words=draft.words, changes="A participant corrected what it had told.", by=by)
    review_draft(draft, by=by)
    return draft


def published(year: int, *, by: Actor) -> Edition:
    """The year's next edition."""
    return publish_edition(reviewed(year), by=by)


@contextmanager
def at(*moment: int) -> Iterator[None]:
    """As if it were then."""
    with patch.object(timezone, "now", return_value=datetime(*moment, tzinfo=UTC)):  # type: ignore[arg-type,misc]
        yield
