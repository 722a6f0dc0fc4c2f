"""Publishing a reviewed report as an edition."""

import hashlib

from django.db import transaction

from audit.events import Event
from audit.record import Actor, record
from transparency.drafting import document_of, one_at_a_time
from transparency.formats import FORMATS
from transparency.models import Draft, Edition, EditionFile
from transparency.reports import report_of_edition
from transparency.snapshots import sha256_of, snapshot_of


class NotReviewed(Exception):
    """Nobody has reviewed the draft as it is now, or it is published already."""


class SamePerson(Exception):
    """Who has reviewed a report does not publish it."""


class FiguresMoved(Exception):
    """The recorded events give other figures than those that were reviewed: compute again and review again."""


@transaction.atomic
def publish_edition(draft: Draft, *, by: Actor) -> Edition:
    """Freeze a draft as it was reviewed, with its files. Raises `NotReviewed`, `SamePerson` and `FiguresMoved`."""
    one_at_a_time()
    draft = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if draft.reviewed_by_id is None or draft.is_published:
        raise NotReviewed
    if draft.reviewed_by_id == by.user_id:
        raise SamePerson
    if sha256_of(snapshot_of(draft.year, edition=draft.number)) != sha256_of(draft.snapshot):
        raise FiguresMoved
    document = document_of(draft)
    assert sha256_of(document) == draft.sha256  # a trigger keeps what was reviewed as it was
    edition = Edition.objects.create(
        year=draft.year,
        number=draft.number,
        snapshot=document,
        sha256=draft.sha256,
        draft=draft,
        reviewed_by_id=draft.reviewed_by_id,
        published_by_id=by.user_id,
    )
    _keep_files(edition)
    record(Event.EDITION_PUBLISHED, edition, by=by, year=draft.year, number=draft.number, sha256=draft.sha256)
    return edition


def _keep_files(edition: Edition) -> None:
    edition.refresh_from_db()  # the time of publishing is the database's
    report = report_of_edition(edition)
    for name, form in FORMATS.items():
        content = form.make(report)
        digest = hashlib.sha256(content).hexdigest()
        EditionFile.objects.create(edition=edition, form=name, content=content, sha256=digest)
