"""What is done with people and their companies."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import factors
from accounts import services as accounts
from accounts.models import Authenticator, CoalitionRole, FactorReset, User
from accounts.post import choose_topics
from audit.record import PORTAL
from lantern.demo.people import ELSEWHERE
from lantern.demo.programme import answers_of
from participants import check_ins, invitations
from participants import services as participants
from participants.agreements import add_agreement, read_agreement
from participants.applying import clear_old_drafts, save_draft, start_application, submit_application
from participants.keeping import keep_check_in
from participants.members import change_role, readmit_member, remove_member
from participants.models import (
    Application,
    CheckIn,
    CheckInKind,
    Invitation,
    Member,
    Participant,
    ParticipantState,
    Role,
    TrainingRecord,
)
from participants.sign_on import person_behind, set_sign_on
from participants.training import pass_module
from participants.training_letters import remind_of_training
from participants.training_modules import MODULES
from participants.training_modules.sharing import SHARING
from participants.vetting import vet
from reviews import claims
from tests.sweeps.acts.act import ALL, LONG_AGO, Acts
from tests.world import add_staff, ready_company, share_and_route, sign_agreement

QUARTERLY = CheckInKind.CHECK_IN
RIGHT = {question.name: question.right.name for question in SHARING.questions}


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


def _newcomer(company: Participant, *, trained_for: timedelta) -> None:
    person = accounts.add_person("n@x.example", name="N", password=None, by=PORTAL)
    member = participants.add_member(company, person, role=Role.ANALYST, by=PORTAL)
    passed = {"participant": company, "member": member, "valid_until": timezone.now() + trained_for}
    for module in MODULES.values():
        TrainingRecord.objects.create(**passed, module=module.slug, version=module.version)


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
    share_and_route(other)
    assert claims.claim_next(by=of)
    return of.participant


def _refresh_training(by: Member) -> None:
    """Whoever begins here is trained, for a whole year: let that be near enough to its end."""
    with override_settings(TRAINING_REMIND_DAYS=settings.TRAINING_VALID_DAYS):
        pass_module(SHARING, answers=RIGHT, by=by)


ACTS: Acts = {
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
    "change_group": (
        lambda a, b: participants.add_group("pair", name="Pair", by=PORTAL),
        lambda group, b: participants.change_group(group, fields={"name"}, by=b),
        ["sharing_group.changed"],
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
    "pass_module": (lambda a, b: None, lambda _, b: _refresh_training(b), ["member.trained"]),
    "describe": (
        lambda a, b: b.participant,
        lambda company, b: participants.describe_participant(company, name="Harbor 2", services=["harbor"], by=b),
        ["participant.changed"],
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
    "clear_old_drafts": (
        lambda a, b: (
            start_application({"contact_email": "noor@new.example"}),
            Application.objects.update(saved_at=LONG_AGO),
        ),
        lambda _, b: clear_old_drafts(),
        ["application.cleared"],
    ),
    "remind_of_training": (
        lambda a, b: _newcomer(b.participant, trained_for=timedelta(days=3)),
        lambda _, b: remind_of_training(),
        ["member.training_reminded"],
    ),
}
