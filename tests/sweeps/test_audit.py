"""Each service leaves exactly one event, and nothing that is written down names a value."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import factors
from accounts import services as accounts
from accounts.models import Authenticator, CoalitionRole, FactorReset, User
from accounts.post import choose_topics
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.demo.people import ELSEWHERE
from lantern.demo.programme import answers_of
from lantern.resealing import reseal, sealed_columns, start_resealing
from participants import check_ins, invitations
from participants import services as participants
from participants.agreements import add_agreement, read_agreement
from participants.applying import save_draft, start_application, submit_application
from participants.keeping import keep_check_in
from participants.members import change_role, readmit_member, remove_member
from participants.models import CheckIn, CheckInKind, Invitation, Member, Participant, ParticipantState, Role
from participants.recording import take_out
from participants.sign_on import person_behind, set_sign_on
from participants.training import pass_module
from participants.training_modules.sharing import SHARING
from participants.vetting import vet
from reviews import claims
from reviews.appeals import record_appeal
from reviews.care import choose_care
from reviews.deciding import Conclusion, record_decision
from reviews.decision_templates import remove_template, save_template
from reviews.feedback import send_due
from reviews.keys import choose_keys
from reviews.many import decide_many
from reviews.models import Decision, Feedback, Measure, Review, SecondReview
from reviews.models.notification import Digest
from reviews.notifying import choose, mark_read
from reviews.queue_views import remove_view, save_view
from reviews.reopening import reopen
from reviews.routing import route
from reviews.rules import DEFAULT, save_rule
from reviews.second_reviews import agree, change, return_to_first, take, vote
from reviews.settling import settle
from reviews.threads import write
from reviews.undoing import undo
from signals.approving import approve, ask_approval, decline
from signals.correcting import Word, correct
from signals.departures import withdraw_departed
from signals.drafts import discard_draft, keep_draft
from signals.erasing import erase_value
from signals.error_file import error_file
from signals.expiring import expire
from signals.exporting import ask_for_export, decide_export, export_file
from signals.foretelling import foretell
from signals.holding import lift_hold, place_hold
from signals.looking_up import ask, download
from signals.mapping import map_columns
from signals.models import Contribution, Export, Signal, Upload
from signals.revealing import reveal
from signals.saved_filters import remove_filter, save_filter
from signals.sharing import share_incident, share_signals
from signals.tightening import tighten
from signals.uploads import cancel_upload, confirm_upload, work_on
from signals.withdrawing import withdraw
from tests.reviews.following import ACTIONED, decide, dismissed, let_time_pass, practise, send, voted
from tests.signals.files import as_file
from tests.transparency.publishing import reviewed
from tests.world import add_staff, add_team_member, ready_company, row, share, share_and_route, sign_agreement, upload
from transparency.drafting import compute_again, draft_report, edit_draft, report_month, review_draft
from transparency.publishing import publish_edition
from transparency.reporting import remind, report_figures

pytestmark = pytest.mark.django_db

FILE = as_file(
    ["kind", "value", "harm_types"], ["email", "planted@example.com", "grooming"], ["email", "plan ted", "other"]
)
QUARTERLY = CheckInKind.CHECK_IN
SUSPENDED = ParticipantState.SUSPENDED
ALL = participants.default_group
RIGHT = {question.name: question.right.name for question in SHARING.questions}


def _review(by: Member, of: Member, *, held: bool = True, **fields: str) -> Review:
    share_and_route(of, **fields)
    if held:
        taken = claims.claim_next(by=by)
        assert taken is not None
        return taken
    return Review.objects.get(participant=by.participant)


def _decided(by: Member, of: Member, *, days_ago: int = 0) -> Decision:
    decision = Decision(
        review=_review(by, of),
        participant=by.participant,
        decided_by=by,
        verdict="actioned",
        decided_at=timezone.now() - timedelta(days=days_ago),
    )
    decision.save()
    Measure.objects.create(decision=decision, participant=by.participant, unit="referrals", count=1)
    Review.objects.filter(pk=decision.review_id).update(state="decided", holder=None, held_until=None)
    return decision


def _own(by: Member) -> Contribution:
    return share(by).contributions.get()


def _large(by: Member) -> Upload:
    """An upload that takes a second person."""
    found = upload(by, FILE)
    Upload.objects.filter(pk=found.pk).update(needs_approval=True)
    return found


def _asked_by_colleague(b: Member) -> Upload:
    colleague = add_team_member(b.participant, "colleague")
    found = _large(colleague)
    ask_approval(found, by=colleague)
    return found


def _waiting(by: Member) -> Export:
    share(by)
    export = ask_for_export({}, reason="matching", by=by)
    Export.objects.filter(pk=export.pk).update(state="waiting")
    return export


def _second(of: Member, by: Member) -> SecondReview:
    """A second look that `by` may take, at what a colleague decided."""
    colleague = add_team_member(by.participant, "colleague")
    practise(colleague, sample=100)
    decide(colleague, of)
    let_time_pass()
    return SecondReview.objects.get()


def _about_to_tell(of: Member, by: Member) -> None:
    decide(by, of)
    let_time_pass()


def _asked(of: Member, by: Member) -> Feedback:
    decide(by, of, dismissed("not_enough_information"))
    send()
    return Feedback.objects.get()


WORD = Word(["grooming"], 4, None, timezone.now(), "", "", 2)


def _confirm_authenticator(by: Member) -> None:
    seed = b"12345678901234567890"
    code = f"{TOTP(seed).token():06d}"
    factors.confirm_authenticator(by.user, seed=seed, code=code, name="tablet", by=by, first=False)


def _as_staff(member: Member) -> User:
    """The same person, as one of the staff: what is tried here are events, not rights."""
    member.user.coalition_role = CoalitionRole.STAFF
    return member.user


def _asked_reset(of: Member, by: Member) -> FactorReset:
    _as_staff(by)
    return factors.ask_factor_reset(of.user, reason="", by=add_staff("sam", CoalitionRole.STAFF))


def _removed(member: Member) -> Member:
    remove_member(member, by=PORTAL)
    return member


def _invited(member: Member, *, by: Any) -> Invitation:
    return invitations.invite(member.participant, address="new@harbor.example", role=Role.ANALYST, by=by)


# What nobody in particular does.
BY_THE_PORTAL = {
    "route", "expire", "start_application", "save_draft", "submit_application", "plan", "keep_check_in",
    "withdraw_departed", "settle", "release_expired", "send_feedback", "choose_care", "report_month",
    "start_resealing", "reseal",
}  # fmt: skip


def _sign(company: Participant, by: Member) -> None:
    today = timezone.now().date()
    add_agreement(company, b"%PDF-", title="A", signatory="Ida", signatory_role="Director", signed_on=today, by=by)


def _planned(of: Member) -> CheckIn:
    check_ins.plan(of.participant, QUARTERLY)
    return CheckIn.objects.get(participant=of.participant)


def _answered(of: Member) -> CheckIn:
    found = _planned(of)
    check_ins.answer(found, {}, by=of)
    return found


def _with_a_claim(of: Member, other: Member) -> Participant:
    _review(of, other)
    return of.participant


def _left(of: Member) -> None:
    share(of)
    participants.offboard(of.participant, by=PORTAL, reason="a reason")


# What is planted first, then the service, then its one event (or events, where one act is two facts).
Act = tuple[Callable[[Member, Member], Any], Callable[[Any, Member], Any], list[str]]
ACTS: dict[str, Act] = {
    "add_person": (
        lambda a, b: None,
        lambda _, b: accounts.add_person("n@x.example", name="N", password=None, by=b),
        ["person.added"],
    ),
    "choose_topics": (
        lambda a, b: None,
        lambda _, b: choose_topics(b.user, wanted=[], by=b),
        ["person.letters_chosen"],
    ),
    "confirm_authenticator": (
        lambda a, b: None,
        lambda _, b: _confirm_authenticator(b),
        ["person.factor_enrolled"],
    ),
    "remove_factor": (
        lambda a, b: Authenticator.enroll(b.user, name="tablet"),
        lambda device, b: factors.remove_factor(b.user, device, by=b),
        ["person.factor_removed"],
    ),
    "make_recovery_codes": (
        lambda a, b: None,
        lambda _, b: factors.make_recovery_codes(b.user, by=b),
        ["person.recovery_codes_made"],
    ),
    "spend_recovery_code": (
        lambda a, b: factors.make_recovery_codes(b.user, by=PORTAL)[0],
        lambda code, b: factors.spend_code(b.user, code),
        ["person.recovery_code_spent"],
    ),
    "spend_wrong_code": (
        lambda a, b: None,
        lambda _, b: factors.spend_code(b.user, "no code at all"),
        ["person.sign_in_refused"],
    ),
    "change_password": (
        lambda a, b: None,
        lambda _, b: accounts.change_password(b.user, "a sentence for tests", by=b),
        ["person.password_changed"],
    ),
    "change_email": (
        lambda a, b: None,
        lambda _, b: accounts.change_email(b.user, "new@harbor.example", by=b),
        ["person.email_changed"],
    ),
    "end_sessions": (lambda a, b: None, lambda _, b: accounts.end_sessions(b.user, by=b), ["person.sessions_ended"]),
    "ask_factor_reset": (
        lambda a, b: _as_staff(b),
        lambda _, b: factors.ask_factor_reset(Member.objects.exclude(pk=b.pk)[0].user, reason="", by=b.user),
        ["person.factor_reset_asked"],
    ),
    "confirm_factor_reset": (
        _asked_reset,
        lambda reset, b: factors.confirm_factor_reset(reset, by=b.user),
        ["person.factor_reset_confirmed"],
    ),
    "withdraw_factor_reset": (
        _asked_reset,
        lambda reset, b: factors.withdraw_factor_reset(reset, by=b.user),
        ["person.factor_reset_withdrawn"],
    ),
    "set_sign_on": (
        lambda a, b: None,
        lambda _, b: set_sign_on(b.participant, issuer="https://id.example", client_id="x", secret="y", by=b),
        ["sign_on.changed"],
    ),
    "person_behind": (
        lambda a, b: set_sign_on(b.participant, issuer="https://id.example", client_id="x", secret="y", by=PORTAL),
        lambda found, b: person_behind(found, subject="1", email=b.user.email, email_verified=True),
        ["sign_on.bound"],
    ),
    "add_participant": (
        lambda a, b: None,
        lambda _, b: participants.add_participant("new", name="New", by=b),
        ["participant.added"],
    ),
    "change_participant": (
        lambda a, b: a.participant,
        lambda company, b: participants.change_participant(company, fields={"name"}, by=b),
        ["participant.changed"],
    ),
    "suspend": (
        lambda a, b: a.participant,
        lambda company, b: participants.move_participant(
            company, to=ParticipantState.SUSPENDED, by=b, reason="a reason"
        ),
        ["participant.moved"],
    ),
    "activate": (
        lambda a, b: ready_company("new"),
        lambda company, b: participants.move_participant(company, to=ParticipantState.ACTIVE, by=b),
        ["participant.moved", "sharing_group.joined"],
    ),
    "join": (
        lambda a, b: a.participant,
        lambda company, b: participants.join_group(company, ALL(by=PORTAL), by=b),
        ["sharing_group.joined"],
    ),
    "leave": (
        lambda a, b: a.participant,
        lambda company, b: participants.leave_group(company, ALL(by=PORTAL), by=b),
        ["sharing_group.left"],
    ),
    "add_group": (
        lambda a, b: None,
        lambda _, b: participants.add_group("pair", name="Pair", by=b),
        ["sharing_group.added"],
    ),
    "add_member": (
        lambda a, b: accounts.add_person("n@x.example", name="N", password=None, by=PORTAL),
        lambda person, b: participants.add_member(b.participant, person, role=Role.LEAD, by=b),
        ["member.added"],
    ),
    "change_role": (
        lambda a, b: a,
        lambda member, b: change_role(member, to=Role.LEAD, by=b),
        ["member.changed"],
    ),
    "remove_member": (lambda a, b: a, lambda member, b: remove_member(member, by=b), ["member.removed"]),
    "readmit_member": (
        lambda a, b: _removed(a),
        lambda member, b: readmit_member(member, role=Role.LEAD, by=b),
        ["member.readmitted"],
    ),
    "invite": (lambda a, b: None, lambda _, b: _invited(b, by=b), ["invitation.sent"]),
    "renew": (
        lambda a, b: _invited(b, by=PORTAL),
        lambda sent, b: invitations.renew_invitation(sent, by=b),
        ["invitation.renewed"],
    ),
    "withdraw_invitation": (
        lambda a, b: _invited(b, by=PORTAL),
        lambda sent, b: invitations.withdraw_invitation(sent, by=b),
        ["invitation.withdrawn"],
    ),
    "pass_module": (lambda a, b: None, lambda _, b: pass_module(SHARING, answers=RIGHT, by=b), ["member.trained"]),
    "describe": (
        lambda a, b: b.participant,
        lambda company, b: participants.describe_participant(company, name="Harbor 2", services=["harbor"], by=b),
        ["participant.changed"],
    ),
    "share": (
        lambda a, b: None,
        lambda _, b: share_signals([row()], group=ALL(by=PORTAL), by=b),
        ["signal.shared"],
    ),
    "reveal": (lambda a, b: share(a), lambda signal, b: reveal(signal, by=b, why="test"), ["signal.revealed"]),
    "correct": (lambda a, b: _own(b), lambda own, b: correct(own, WORD, by=b), ["contribution.corrected"]),
    "withdraw": (
        lambda a, b: _own(b),
        lambda own, b: withdraw(own, reason="mistake", by=b),
        ["contribution.withdrawn"],
    ),
    "place_hold": (
        lambda a, b: share(a),
        lambda signal, b: place_hold(signal_id=signal.pk, reason="order 1", by=b.user),
        ["legal_hold.placed"],
    ),
    "lift_hold": (
        lambda a, b: place_hold(signal_id=share(a).pk, reason="order 1", by=b.user),
        lambda hold, b: lift_hold(hold, because="order 2", by=b.user),
        ["legal_hold.lifted"],
    ),
    "erase": (
        lambda a, b: share(a),
        lambda _, b: erase_value(kind="email", value="mira@example.com", case="1", by=b.user),
        ["signal.erased"],
    ),
    "expire": (
        lambda a, b: Contribution.objects.filter(signal=share(a)).update(expires_at="2020-01-01T00:00:00Z"),
        lambda _, b: expire(),
        ["contribution.expired"],
    ),
    "ask": (lambda a, b: None, lambda _, b: ask("a@example.com", by=b), ["lookup.asked"]),
    "download": (
        lambda a, b: ask("a@example.com", by=b),
        lambda lookup, b: download(lookup, "known", by=b),
        ["lookup.downloaded"],
    ),
    "save_filter": (lambda a, b: None, lambda _, b: save_filter("n", {}, by=b), ["saved_filter.saved"]),
    "remove_filter": (
        lambda a, b: save_filter("n", {}, by=b),
        lambda saved, b: remove_filter(saved, by=b),
        ["saved_filter.removed"],
    ),
    "tighten": (lambda a, b: share(a), lambda signal, b: tighten(signal, tlp=4, by=b), ["handling.tightened"]),
    "ask_for_export": (
        lambda a, b: share(a),
        lambda _, b: ask_for_export({}, reason="matching", by=b),
        ["export.asked"],
    ),
    "approve_export": (
        lambda a, b: _waiting(a),
        lambda export, b: decide_export(export, agree=True, by=b),
        ["export.approved"],
    ),
    "refuse_export": (
        lambda a, b: _waiting(a),
        lambda export, b: decide_export(export, agree=False, by=b),
        ["export.refused"],
    ),
    "export_file": (
        lambda a, b: (share(a), ask_for_export({}, reason="matching", by=b))[1],
        lambda export, b: export_file(export, by=b),
        ["signal.exported"],
    ),
    "upload": (lambda a, b: None, lambda _, b: upload(b, FILE), ["upload.started", "upload.checked"]),
    "refuse": (lambda a, b: None, lambda _, b: upload(b, b""), ["upload.started", "upload.refused"]),
    "confirm": (lambda a, b: upload(b, FILE), lambda found, b: confirm_upload(found, by=b), ["upload.confirmed"]),
    "cancel": (lambda a, b: upload(b, FILE), lambda found, b: cancel_upload(found, by=b), ["upload.cancelled"]),
    "apply": (
        lambda a, b: confirm_upload(upload(b, FILE), by=b),
        lambda _, b: work_on(Upload.objects.get().pk),
        ["upload.applied"],
    ),
    "map_columns": (
        lambda a, b: upload(b, as_file(["kind", "what", "harm_types"], ["email", "planted@example.com", "grooming"])),
        lambda found, b: map_columns(found, ["kind", "what", "harm_types"], {1: "value"}, by=b),
        ["upload.mapped"],
    ),
    "ask_approval": (
        lambda a, b: _large(b),
        lambda found, b: ask_approval(found, by=b),
        ["upload.approval_asked"],
    ),
    "approve": (lambda a, b: _asked_by_colleague(b), lambda found, b: approve(found, by=b), ["upload.approved"]),
    "decline": (
        lambda a, b: _asked_by_colleague(b),
        lambda found, b: decline(found, "planted", by=b),
        ["upload.declined"],
    ),
    "share_incident": (
        lambda a, b: ALL(by=PORTAL),
        lambda group, b: share_incident([row(), row(value="b@example.com")], group=group, by=b),
        ["incident.shared"],
    ),
    "foretell": (
        lambda a, b: (share(a), ALL(by=PORTAL))[1],
        lambda group, b: foretell({"kind": "email", "value": "mira@example.com"}, group, by=b),
        ["signal.checked"],
    ),
    "keep_draft": (lambda a, b: None, lambda _, b: keep_draft({"rows": [], "said": {}}, by=b), ["draft.kept"]),
    "discard_draft": (
        lambda a, b: keep_draft({"rows": [], "said": {}}, by=b),
        lambda _, b: discard_draft(by=b),
        ["draft.discarded"],
    ),
    "route": (lambda a, b: share(a), lambda _, b: route(), ["review.routed"]),
    "claim_next": (lambda a, b: share_and_route(a), lambda _, b: claims.claim_next(by=b), ["review.claimed"]),
    "claim": (lambda a, b: _review(b, a, held=False), lambda review, b: claims.claim(review, by=b), ["review.claimed"]),
    "keep": (lambda a, b: _review(b, a), lambda review, b: claims.keep(review, by=b), ["review.kept"]),
    "release": (lambda a, b: _review(b, a), lambda review, b: claims.release(review, by=b), ["review.released"]),
    "decide": (
        lambda a, b: _review(b, a),
        lambda review, b: record_decision(review, verdict="dismissed", dismissal="no_violation", by=b),
        ["review.decided"],
    ),
    "start_application": (
        lambda a, b: None,
        lambda _, b: start_application({"contact_email": "noor@new.example"}),
        ["application.started"],
    ),
    "save_draft": (
        lambda a, b: start_application({"contact_email": "noor@new.example"})[0],
        lambda draft, b: save_draft(draft, {"company": "New"}),
        ["application.saved"],
    ),
    "submit_application": (
        lambda a, b: start_application({"contact_email": "noor@new.example"})[0],
        lambda draft, b: submit_application(draft, answers_of(ELSEWHERE[0])),
        ["participant.added", "application.submitted"],
    ),
    "vet": (lambda a, b: a.participant, lambda it, b: vet(it, "appeals", accepted=True, by=b), ["participant.vetted"]),
    "add_agreement": (lambda a, b: a.participant, _sign, ["agreement.added"]),
    "read_agreement": (
        lambda a, b: sign_agreement(a.participant),
        lambda found, b: read_agreement(found, by=b),
        ["agreement.read"],
    ),
    "give_buddy": (
        lambda a, b: a.participant,
        lambda it, b: participants.give_buddy(it, b.participant, person="Bob", by=b),
        ["participant.buddy_given"],
    ),
    "plan": (lambda a, b: a.participant, lambda it, b: check_ins.plan(it, QUARTERLY), ["check_in.planned"]),
    "keep_check_in": (
        lambda a, b: _planned(a),
        lambda found, b: keep_check_in(found.pk, timezone.now() + timedelta(days=100)),
        ["check_in.step_taken"],
    ),
    "answer": (lambda a, b: _planned(a), lambda it, b: check_ins.answer(it, {}, by=b), ["check_in.answered"]),
    "send_back": (
        lambda a, b: _answered(a),
        lambda found, b: check_ins.send_back(found, remark="Which?", by=b),
        ["check_in.sent_back"],
    ),
    "sign_off": (
        lambda a, b: _answered(a),
        lambda found, b: check_ins.sign_off(found, by=b),
        ["check_in.signed_off", "check_in.planned"],
    ),
    "offboard": (
        _with_a_claim,
        lambda company, b: participants.offboard(company, by=b, reason="a reason"),
        ["participant.moved", "review.released"],
    ),
    "withdraw_departed": (
        lambda a, b: _left(a),
        lambda _, b: withdraw_departed(),
        ["contribution.withdrawn"],
    ),
    "undo": (lambda a, b: _decided(b, a), lambda decision, b: undo(decision, by=b), ["review.undone"]),
    "reopen": (
        lambda a, b: _decided(b, a),
        lambda decision, b: reopen(decision.review, decision_id=decision.pk, reason="mistake", by=b),
        ["review.reopened"],
    ),
    "record_appeal": (
        lambda a, b: _decided(b, a, days_ago=1),
        lambda decision, b: record_appeal(decision, outcome="upheld", by=b),
        ["appeal.recorded"],
    ),
    "take_back": (lambda a, b: _review(b, a), lambda review, b: claims.take_back(review, by=b), ["review.released"]),
    "decide_many": (
        lambda a, b: _review(b, a, incident="case 1"),
        lambda review, b: decide_many(review, [review], Conclusion("dismissed", dismissal="no_violation"), by=b),
        ["review.decided", "review.decided_together"],
    ),
    "settle": (
        lambda a, b: (_decided(b, a), Review.objects.update(settle_at="2020-01-01T00:00:00Z")),
        lambda _, b: settle(),
        ["review.settled"],
    ),
    "release_expired": (
        lambda a, b: (_review(b, a), Review.objects.filter(holder=b).update(held_until="2020-01-01T00:00:00Z")),
        lambda _, b: claims.release_expired(),
        ["review.released"],
    ),
    "save_rule": (lambda a, b: None, lambda _, b: save_rule(DEFAULT, by=b), ["routing.changed"]),
    "save_view": (
        lambda a, b: None,
        lambda _, b: save_view("n", {}, is_shared=False, by=b),
        ["queue_view.saved"],
    ),
    "remove_view": (
        lambda a, b: save_view("n", {}, is_shared=False, by=b),
        lambda view, b: remove_view(view, by=b),
        ["queue_view.removed"],
    ),
    "save_template": (
        lambda a, b: None,
        lambda _, b: save_template("n", verdict="dismissed", by=b),
        ["decision_template.saved"],
    ),
    "remove_template": (
        lambda a, b: save_template("n", verdict="dismissed", by=b),
        lambda template, b: remove_template(template, by=b),
        ["decision_template.removed"],
    ),
    "choose_keys": (lambda a, b: None, lambda _, b: choose_keys({}, is_on=False, by=b), ["keys.chosen"]),
    "take_second": (_second, lambda second, b: take(second, by=b), ["second_review.taken"]),
    "vote_second": (
        lambda a, b: take(_second(a, b), by=b),
        lambda second, b: vote(second, verdict="actioned", by=b),
        ["second_review.voted"],
    ),
    "agree_second": (
        lambda a, b: voted(_second(a, b), b, ACTIONED),
        lambda second, b: agree(second, by=b),
        ["second_review.agreed"],
    ),
    "return_second": (
        lambda a, b: voted(_second(a, b), b, ACTIONED),
        lambda second, b: return_to_first(second, words="look again", by=b),
        ["second_review.returned"],
    ),
    "change_second": (
        lambda a, b: voted(_second(a, b), b, ACTIONED),
        lambda second, b: change(second, Conclusion("dismissed", dismissal="no_violation"), by=b),
        ["second_review.changed"],
    ),
    "choose_practice": (lambda a, b: None, lambda _, b: practise(b), ["review_practice.chosen"]),
    "send_feedback": (
        _about_to_tell,
        lambda _, b: send_due(),
        ["feedback.sent"],
    ),
    "write_message": (
        _asked,
        lambda feedback, b: write(feedback.pk, "Which service?", by=b),
        ["feedback.written"],
    ),
    "read_notifications": (lambda a, b: None, lambda _, b: mark_read(b.user, by=b), ["notification.read"]),
    "choose_notifications": (
        lambda a, b: None,
        lambda _, b: choose(wanted=[], digest=Digest.NEVER, by=b),
        ["notification.chosen"],
    ),
    "choose_care": (
        lambda a, b: None,
        lambda _, b: choose_care(harm_types=["grooming"], nothing_severe=True, by=b),
        ["care.chosen"],
    ),
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
    "remind": (lambda a, b: None, lambda _, b: remind(b.participant, 2025, by=b), ["figures.asked"]),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_service_leaves_its_events_and_no_other(name: str, alice: Member, bob: Member) -> None:
    plant, act, events = ACTS[name]
    planted = plant(alice, bob)
    before = AuditEvent.objects.order_by("-id").values_list("id", flat=True)[0]
    act(planted, bob)
    written = AuditEvent.objects.filter(id__gt=before).order_by("id")
    assert [event.event for event in written] == events
    # What somebody chose for oneself is written down without a name.
    person = None if name in BY_THE_PORTAL else bob.user_id
    assert {event.actor_id for event in written} == {person, *([None] if name == "sign_off" else [])}


def test_no_value_is_written_down_logged_or_put_into_an_address(
    alice: Member, bob: Member, as_alice: Client, as_bob: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """One planted word in every value, note and reference, and the whole way of a signal."""
    caplog.set_level(logging.DEBUG)
    word = "zyxplanted"
    addresses = [f"{word}@example.com", f"{word}2@example.com"]
    typed = {"kind": "email", "value": addresses[0], "harm_types": ["grooming"], "attested": "on"}
    led = [as_alice.post("/signals/new/", {**typed, "incident": word, "note": word})]
    rows = [["email", addresses[1], "grooming", word], ["email", f"{word} broken", "other", word]]
    found = upload(alice, as_file(["kind", "value", "harm_types", "note"], *rows), share=True)
    led.append(as_alice.post(f"/signals/uploads/{found.pk}/errors.csv"))
    assert word in "".join(error_file(found))
    route()
    pages = ["/", "/signals/", "/reviews/", f"/signals/uploads/{found.pk}/", "/signals/uploads/"]
    for review in Review.objects.filter(participant=bob.participant):
        led.append(as_bob.post(f"/reviews/{review.pk}/claim/"))
        pages.append(f"/reviews/{review.pk}/")
    for browser in (as_alice, as_bob):
        for url in pages:
            content = browser.get(url).content.decode()
            assert not any(address in content for address in addresses), url
    led.append(as_bob.post("/signals/lookup/", {"values": "\n".join(addresses)}))
    pages.append(led[-1]["Location"])
    pages += [f"/signals/{signal.pk}/" for signal in Signal.objects.all()]
    for url in pages:
        content = as_bob.get(url).content.decode()
        assert not any(address in content for address in addresses), url
    for signal in Signal.objects.all():
        assert word in as_bob.post(f"/signals/{signal.pk}/reveal/").content.decode()
    assert not [answer["Location"] for answer in led if word in answer.headers.get("Location", "")]
    assert not [event.details for event in AuditEvent.objects.all() if word in str(event.details)]
    assert not [
        entry for entry in caplog.records if word in entry.getMessage() and not entry.name.startswith("django.db")
    ]
