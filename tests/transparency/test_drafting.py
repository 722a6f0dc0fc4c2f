"""A report on its way: one draft however often, words, a review of exactly these words, two people, frozen editions."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import CoalitionRole, User
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting
from participants.models import Member
from reviews.threads import NamesSomebody
from tests.transparency.publishing import at, published, reviewed, rhea
from tests.world import add_staff, share, signed_in
from transparency import drafting, tasks
from transparency.drafting import (
    DraftMoved,
    ReasonMissing,
    YearNotOver,
    compute_again,
    draft_report,
    edit_draft,
    review_draft,
)
from transparency.models import Draft, Edition, EditionFile, MonthlyReport
from transparency.publishing import FiguresMoved, NotReviewed, SamePerson, publish_edition
from transparency.snapshots import sha256_of, snapshot_of
from transparency.words import default_words

pytestmark = pytest.mark.django_db

LAST = timezone.now().year - 1


def _words(**said: str) -> dict[str, str]:
    return {**default_words(), **said}


# The schedule.


def test_the_schedule_drafts_last_year_once_however_often_it_fires() -> None:
    with at(2026, 1, 2, 4, 10):
        for _ in range(3):
            tasks.draft_last_year()
    draft = Draft.objects.get()
    assert (draft.year, draft.number, draft.drafted_by, draft.words) == (2025, 1, None, default_words())
    assert AuditEvent.objects.filter(event="report.drafted").count() == 1


def test_the_first_of_january_is_too_early() -> None:
    with at(2026, 1, 1, 23, 59):
        tasks.draft_last_year()
    assert not Draft.objects.exists()


def test_a_year_that_is_published_is_not_drafted_again(sam: User) -> None:
    published(2025, by=sam)
    with at(2026, 1, 2):
        tasks.draft_last_year()
    assert Draft.objects.count() == 1


def test_the_beat_rings_from_the_second_of_january_on() -> None:
    from lantern.celery import app  # noqa: PLC0415 -- the application of the workers, which tests else do not need

    entry = app.conf.beat_schedule["annual_report"]
    schedule = entry["schedule"]
    assert entry["task"] == tasks.draft_last_year.name
    assert (min(schedule.day_of_month), schedule.month_of_year) == (2, {1})


def test_months_are_kept_once_and_for_staff_alone(alice: Member) -> None:
    share(alice)
    with at(2026, 3, 2):
        tasks.report_last_month()
        tasks.report_last_month()
    month = MonthlyReport.objects.get()
    assert (month.year, month.month, month.snapshot["period"]) == (2026, 2, "2026-02-01/2026-02-28")
    draft_report(2025, by=PORTAL)
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        assert not MonthlyReport.objects.exists()
        assert not Draft.objects.exists()
    with acting(Scope.PUBLIC):
        assert not MonthlyReport.objects.exists()
        assert not Draft.objects.exists()


def test_only_a_year_that_is_over_is_drafted(sam: User) -> None:
    for year in (LAST + 1, LAST + 2):
        with pytest.raises(YearNotOver):
            draft_report(year, by=sam)
    assert not Draft.objects.exists()


# Words and review.


def test_whoever_edits_or_computes_takes_the_review_away(sam: User) -> None:
    draft = reviewed(LAST)
    assert draft.sha256
    edit_draft(draft, words=_words(introduction="Other words."), changes="", by=sam)
    assert (draft.reviewed_by, draft.reviewed_at, draft.sha256) == (None, None, "")
    review_draft(draft, by=sam)
    compute_again(draft, by=sam)
    assert draft.reviewed_by is None
    with pytest.raises(NotReviewed):
        publish_edition(draft, by=rhea())


def test_nobody_overwrites_what_they_have_not_seen(sam: User) -> None:
    draft = draft_report(LAST, by=sam)
    mine, theirs = Draft.objects.get(), Draft.objects.get()
    edit_draft(theirs, words=_words(introduction="Theirs."), changes="", by=rhea())
    acts: tuple[Callable[[], object], ...] = (
        lambda: edit_draft(mine, words=_words(introduction="Mine."), changes="", by=sam),
        lambda: review_draft(mine, by=sam),
        lambda: compute_again(mine, by=sam),
    )
    for act in acts:
        with pytest.raises(DraftMoved):
            act()
    draft.refresh_from_db()
    assert draft.words["introduction"] == "Theirs."


@pytest.mark.parametrize("named", ["mira@example.com", "see https://files.example/1", "+44 20 7946 0018"])
def test_a_case_names_nobody(sam: User, named: str) -> None:
    draft = draft_report(LAST, by=sam)
    with pytest.raises(NamesSomebody):
        edit_draft(draft, words=_words(case_study=f"A case: {named}"), changes="", by=sam)
    edit_draft(draft, words=_words(case_study="A case in which two companies helped."), changes="", by=sam)


def test_the_database_lets_no_review_stand_for_other_words() -> None:
    draft = reviewed(LAST)
    with pytest.raises(DatabaseError, match="a review is of the words"), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(words=_words(introduction="Slipped in."))


# Two people.


def test_the_same_person_does_not_review_and_publish(sam: User) -> None:
    draft = draft_report(LAST, by=sam)
    with pytest.raises(NotReviewed):
        publish_edition(draft, by=sam)
    review_draft(draft, by=sam)
    with pytest.raises(SamePerson):
        publish_edition(draft, by=sam)
    assert publish_edition(draft, by=rhea()).published_by == rhea()
    with pytest.raises(NotReviewed):
        publish_edition(draft, by=rhea())


@pytest.mark.parametrize("wrong", ["same person", "nobody reviewed", "other words", "no draft"])
def test_the_database_takes_no_edition_that_two_people_did_not_make(sam: User, wrong: str) -> None:
    draft = reviewed(LAST)
    made: dict[str, Any] = {
        "year": LAST,
        "number": 1,
        "snapshot": {},
        "sha256": draft.sha256,
        "draft": draft,
        "reviewed_by": rhea(),
        "published_by": sam,
    }
    wrongly: dict[str, dict[str, object]] = {
        "same person": {"published_by": rhea()},
        "nobody reviewed": {"reviewed_by": sam, "published_by": rhea()},
        "other words": {"sha256": "0" * 64},
        "no draft": {"draft": None},
    }
    made |= wrongly[wrong]
    with pytest.raises(DatabaseError, match=r"two_people|as it was reviewed"), transaction.atomic():
        Edition.objects.create(**made)


def test_figures_that_moved_since_the_review_are_not_published(sam: User) -> None:
    draft = reviewed(LAST)
    moved = {**snapshot_of(LAST, edition=1), "computed_over": {"participants": 99}}
    with patch("transparency.publishing.snapshot_of", return_value=moved), pytest.raises(FiguresMoved):
        publish_edition(draft, by=sam)
    publish_edition(draft, by=sam)


# Frozen.


def test_an_edition_cannot_be_changed_by_sql_as_the_application(sam: User) -> None:
    edition = published(LAST, by=sam)
    for change in (
        "UPDATE transparency_edition SET snapshot = '{}'",
        "DELETE FROM transparency_edition",
        "TRUNCATE transparency_edition CASCADE",
        "UPDATE transparency_editionfile SET content = ''",
        "DELETE FROM transparency_editionfile",
        "UPDATE transparency_draft SET changes = 'x'",
        "DELETE FROM transparency_draft",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    kept = Edition.objects.get(pk=edition.pk)
    assert kept.sha256 == sha256_of(kept.snapshot)


def test_a_published_draft_cannot_be_changed_by_services_and_tasks(sam: User) -> None:
    draft = published(2025, by=sam).draft
    assert draft is not None
    acts: tuple[Callable[[], object], ...] = (
        lambda: edit_draft(draft, words=_words(), changes="", by=sam),
        lambda: compute_again(draft, by=sam),
        lambda: review_draft(draft, by=sam),
    )
    for act in acts:
        with pytest.raises(DraftMoved):
            act()
    with at(2026, 1, 3):
        tasks.draft_last_year()
    assert Edition.objects.count() == Draft.objects.count() == 1


def test_files_are_kept_as_they_were_published(sam: User, client: Client) -> None:
    edition = published(LAST, by=sam)
    kept = {file.form: bytes(file.content) for file in EditionFile.objects.filter(edition=edition)}
    assert kept.keys() == {"csv", "json", "pdf"}
    with patch("transparency.pdf_form.typst.Compiler", side_effect=AssertionError("made again")):
        assert client.get(f"/transparency/{LAST}/report.pdf").content == kept["pdf"]


# Corrections.


def test_a_correction_lists_what_changed_and_says_why(sam: User, client: Client) -> None:
    first = published(LAST, by=sam)
    draft = draft_report(LAST, by=rhea())
    assert (draft.number, draft.words["introduction"]) == (2, default_words()["introduction"])
    with pytest.raises(ReasonMissing):
        review_draft(draft, by=rhea())
    edit_draft(draft, words=draft.words, changes="A company had counted twice.", by=rhea())
    review_draft(draft, by=rhea())
    second = publish_edition(draft, by=sam)
    correction = second.snapshot["correction"]
    assert (correction["of"], correction["sha256"], correction["changes"]) == (1, first.sha256, [])
    assert correction["reason"] == "A company had counted twice."
    latest = client.get(f"/transparency/{LAST}/").content.decode()
    assert "A company had counted twice." in latest
    old = client.get(f"/transparency/{LAST}/editions/1/").content.decode()
    assert "This is an older edition." in old
    assert first.sha256 in old
    assert client.get(f"/transparency/{LAST}/editions/3/").status_code == 404


# The desk.


@pytest.fixture
def as_rio() -> Client:
    """Another person of the coalition."""
    return signed_in(add_staff("rio", CoalitionRole.STAFF))


def _form(draft: Draft, **said: str) -> dict[str, Any]:
    return {**draft.words, "changes": draft.changes, "revision": draft.revision, **said}


def test_the_desk_from_a_draft_to_an_edition_and_its_correction(as_sam: Client, as_rio: Client) -> None:
    assert as_sam.post("/admin/transparency/draft/add/", {"year": LAST + 1}).status_code == 200
    answer = as_sam.post("/admin/transparency/draft/add/", {"year": LAST})
    draft = Draft.objects.get()
    desk = f"/admin/transparency/draft/{draft.pk}"
    assert answer["Location"] == f"{desk}/change/"
    page = as_sam.post(f"{desk}/preview/", _form(draft, introduction="Only looked at.")).content.decode()
    assert "Only looked at." in page
    assert "a draft that is not published" in page
    assert as_sam.post(f"{desk}/change/", _form(draft, introduction="Better words.")).status_code == 302
    assert as_rio.post(f"{desk}/change/", _form(draft, introduction="Late words.")).status_code == 200
    draft.refresh_from_db()
    assert draft.words["introduction"] == "Better words."
    as_sam.post(f"{desk}/review/", {"revision": draft.revision - 1})
    assert Draft.objects.get().reviewed_by is None
    as_sam.post(f"{desk}/review/", {"revision": draft.revision})
    publish = f"/admin/transparency/edition/publish/{draft.pk}/"
    as_sam.post(publish)
    assert not Edition.objects.exists()
    _confirmed(as_rio, at=0)
    assert as_rio.post(publish)["Location"].startswith("/accounts/confirm/")
    assert not Edition.objects.exists()
    _confirmed(as_rio, at=timezone.now().timestamp())
    as_rio.post(publish)
    edition = Edition.objects.get()
    assert edition.snapshot["words"][0]["text"] == "Better words."


def test_the_desk_changes_no_edition_and_begins_its_correction(as_sam: Client, sam: User) -> None:
    edition = published(LAST, by=sam)
    draft = Draft.objects.get()
    _confirmed(as_sam, at=timezone.now().timestamp())
    desk = f"/admin/transparency/draft/{draft.pk}"
    assert as_sam.get(f"{desk}/change/").status_code == 200
    assert as_sam.get(f"/admin/transparency/edition/{edition.pk}/change/").status_code == 200
    assert as_sam.post(f"{desk}/change/", _form(draft, introduction="Too late.")).status_code == 404
    for verb in ("change", "delete"):
        assert as_sam.post(f"/admin/transparency/edition/{edition.pk}/{verb}/", {"post": "yes"}).status_code == 404
    answer = as_sam.post(f"/admin/transparency/draft/correct/{edition.pk}/")
    assert Draft.objects.get(number=2).number == 2
    assert "Why there is a correction" in as_sam.get(answer["Location"]).content.decode()


def _confirmed(browser: Client, *, at: float) -> None:
    session = browser.session
    session["confirmed_at"] = at
    session.save()


def test_the_preview_while_typing_holds_the_words_alone(as_sam: Client, sam: User) -> None:
    draft = draft_report(LAST, by=sam)
    url = f"/admin/transparency/draft/{draft.pk}/preview/"
    sent = _form(draft, next_steps="<b>Next</b>", case_study="Write to mira@example.com")
    answer = as_sam.post(url, sent, headers={"HX-Request": "true"}).content.decode()
    assert "&lt;b&gt;Next&lt;/b&gt;" in answer
    assert "<html" not in answer


def test_months_are_read_at_the_desk(as_sam: Client) -> None:
    drafting.report_month(LAST, 5)
    month = MonthlyReport.objects.get()
    page = as_sam.get(f"/admin/transparency/monthlyreport/{month.pk}/change/").content.decode()
    assert f"Figures of {LAST}-05, for staff" in page
    assert as_sam.get("/admin/transparency/monthlyreport/").status_code == 200
