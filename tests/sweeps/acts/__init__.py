"""Every service that changes something, by its name, with the events it leaves."""

from tests.sweeps.acts import people, reports, reviews, signals
from tests.sweeps.acts.act import Acts

ACTS: Acts = {**people.ACTS, **signals.ACTS, **reviews.ACTS, **reports.ACTS}
# What nobody in particular does.
BY_THE_PORTAL = {
    "route", "expire", "start_application", "save_draft", "submit_application", "plan", "keep_check_in",
    "withdraw_departed", "settle", "release_expired", "send_feedback", "choose_care", "report_month",
    "start_resealing", "reseal", "clear_old_drafts", "remind_of_training", "tell_reviews",
}  # fmt: skip
