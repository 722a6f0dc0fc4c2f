"""What is done with reports, the record and the keys."""

from django.utils import timezone

from audit.models import AuditEvent
from lantern.resealing import reseal, sealed_columns, start_resealing
from participants.recording import take_out
from tests.sweeps.acts.act import Acts
from tests.transparency.publishing import reviewed
from tests.world import add_company
from transparency.drafting import compute_again, draft_report, edit_draft, report_month, review_draft
from transparency.publishing import publish_edition
from transparency.reporting import remind, report_figures

ACTS: Acts = {
    "draft": (lambda a, b: None, lambda _, b: draft_report(2024, by=b), ["report.drafted"]),
    "edit_draft": (
        lambda a, b: draft_report(2024, by=a),
        lambda draft, b: edit_draft(draft, words=draft.words, changes="", by=b),
        ["report.edited"],
    ),
    "compute_again": (
        lambda a, b: draft_report(2024, by=a),
        lambda draft, b: compute_again(draft, by=b),
        ["report.computed"],
    ),
    "review_draft": (
        lambda a, b: draft_report(2024, by=a),
        lambda draft, b: review_draft(draft, by=b),
        ["report.reviewed"],
    ),
    "report_month": (lambda a, b: None, lambda _, b: report_month(2024, 5), ["report.month_kept"]),
    "publish": (lambda a, b: reviewed(2024), lambda draft, b: publish_edition(draft, by=b), ["edition.published"]),
    "report_figures": (
        lambda a, b: None,
        lambda _, b: report_figures(2025, {"referrals": 1}, by=b),
        ["figures.reported"],
    ),
    "take_out": (
        lambda a, b: None,
        lambda _, b: take_out(AuditEvent.objects.filter(participant_id=b.participant_id), by=b),
        ["record.exported"],
    ),
    "start_resealing": (lambda a, b: None, lambda _, b: start_resealing(), ["keys.resealing_started"]),
    "reseal": (
        lambda a, b: start_resealing(),
        lambda _, b: reseal(),
        ["keys.resealing_finished"] * len(list(sealed_columns())),
    ),
    "remind": (
        lambda a, b: add_company("quiet"),
        lambda quiet, b: remind(quiet, timezone.now().year, by=b),
        ["figures.asked"],
    ),
}
