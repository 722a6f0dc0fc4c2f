"""Writing a year's report: a draft of its figures and words, changed, computed again, and reviewed."""

from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from audit.events import Event
from audit.record import PORTAL, Actor, record
from lantern.lib.tenancy import acting_as_system
from reviews.threads import NamesSomebody, identifier_in
from transparency.changes import changes_between
from transparency.facts import since_the_beginning
from transparency.models import Draft, Edition, MonthlyReport
from transparency.periods import Period
from transparency.rollups import facts_of
from transparency.snapshots import Snapshot, exact_snapshot, sha256_of, snapshot_of
from transparency.words import TEXTS, default_words, told


class YearNotOver(Exception):
    """Only a year that has ended (UTC) can be drafted and published."""


class DraftMoved(Exception):
    """Somebody else changed the draft meanwhile, or it is published."""


class ReasonMissing(Exception):
    """A correction says why there is one."""


def draft_due(*, by: Actor = PORTAL) -> Draft | None:
    """Last year's first draft, from 2 January on; None where it is early or the year has a draft or an edition."""
    today = timezone.now().date()
    year = today.year - 1
    if (today.month, today.day) < (1, 2):
        return None
    if Draft.objects.filter(year=year).exists() or Edition.objects.filter(year=year).exists():
        return None
    return draft_report(year, by=by)


@transaction.atomic
def draft_report(year: int, *, by: Actor) -> Draft:
    """The open draft of a year: the one there is, or a new one for its next edition. Raises `YearNotOver`.

    A first draft has the texts every report begins with, a correction those of the edition that it corrects.
    """
    if year >= timezone.now().year:
        raise YearNotOver
    one_at_a_time()
    latest = Edition.objects.filter(year=year).first()
    number = latest.number + 1 if latest else 1
    found = Draft.objects.filter(year=year, number=number).first()
    if found:
        return found
    words = {text["name"]: text["text"] for text in latest.snapshot.get("words", [])} if latest else {}
    draft = Draft.objects.create(
        year=year,
        number=number,
        words={**(dict.fromkeys(TEXTS, "") if words else default_words()), **words},
        snapshot=snapshot_of(year, edition=number),
        drafted_by_id=by.user_id,
    )
    record(Event.REPORT_DRAFTED, draft, by=by, year=year, number=number)
    return draft


def one_at_a_time() -> None:
    """Until this transaction ends no other drafts or publishes: two at once come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('transparency_edition'))")


@transaction.atomic
def edit_draft(draft: Draft, *, words: Mapping[str, str], changes: str, by: Actor) -> None:
    """Keep these words; a review is taken away by it. Raises `NamesSomebody`, and `DraftMoved`."""
    if any(text.names_nobody and identifier_in(words[text.name]) for text in TEXTS.values()):
        raise NamesSomebody
    _change(draft, words=dict(words), changes=changes)
    record(Event.REPORT_EDITED, draft, by=by, year=draft.year, number=draft.number)


@transaction.atomic
def compute_again(draft: Draft, *, by: Actor) -> None:
    """Take the figures as the recorded events give them now; a review is taken away by it. Raises `DraftMoved`."""
    _change(draft, snapshot=snapshot_of(draft.year, edition=draft.number), computed_at=Now())
    record(Event.REPORT_COMPUTED, draft, by=by, year=draft.year, number=draft.number)


@transaction.atomic
def review_draft(draft: Draft, *, by: Actor) -> None:
    """Say that the report may be published as it is. Raises `DraftMoved`, and `ReasonMissing`."""
    if draft.number > 1 and not draft.changes.strip():
        raise ReasonMissing
    sha256 = sha256_of(document_of(draft))
    _change(draft, reviewed_by=by.user_id, reviewed_at=Now(), sha256=sha256)
    record(Event.REPORT_REVIEWED, draft, by=by, year=draft.year, number=draft.number, sha256=sha256)


def document_of(draft: Draft) -> Snapshot:
    """What would be published: the figures, the words around them, and for a correction what changed."""
    return {**draft.snapshot, "words": told(draft.words), "correction": _correction(draft)}


def _correction(draft: Draft) -> Snapshot | None:
    before = Edition.objects.filter(year=draft.year, number=draft.number - 1).first()
    if before is None:
        return None
    changes = changes_between(before.snapshot, draft.snapshot)
    return {"of": before.number, "sha256": before.sha256, "reason": draft.changes.strip(), "changes": changes}


def _change(draft: Draft, **fields: object) -> None:
    # Locked before it is asked for: one of two who write at once has to see what the other wrote, or published.
    Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    # A published draft is not changed (a trigger, too).
    unreviewed: dict[str, object] = {"reviewed_by": None, "reviewed_at": None, "sha256": ""}
    open_drafts = Draft.objects.filter(pk=draft.pk, revision=draft.revision, edition=None)
    if not open_drafts.update(revision=F("revision") + 1, **{**unreviewed, **fields}):
        raise DraftMoved
    draft.refresh_from_db()


def month_due() -> MonthlyReport | None:
    """The report of the month before this one; None where it has been made."""
    this_month = timezone.now().date().replace(day=1)
    year, month = (this_month.year - 1, 12) if this_month.month == 1 else (this_month.year, this_month.month - 1)
    return report_month(year, month)


@transaction.atomic
def report_month(year: int, month: int) -> MonthlyReport | None:
    """Keep the figures of a month, unsuppressed, for staff; None where they are kept already."""
    one_at_a_time()
    if MonthlyReport.objects.filter(year=year, month=month).exists():
        return None
    period = Period.month(year, month)
    with acting_as_system():
        facts = {"rows": facts_of(period), "cumulative": facts_of(since_the_beginning(period))}
        snapshot = exact_snapshot(period, facts)
    report = MonthlyReport.objects.create(year=year, month=month, snapshot=snapshot, sha256=sha256_of(snapshot))
    record(Event.MONTH_REPORTED, report, by=PORTAL, year=year, month=month)
    return report
