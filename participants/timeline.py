"""A participant's timeline: what happened to it in the programme, the latest first."""

from dataclasses import dataclass
from datetime import datetime

from participants.models import CheckIn, Participant, ParticipantState


@dataclass(frozen=True)
class Moment:
    """One thing that happened, and by whom (empty: the portal itself)."""

    at: datetime
    what: str
    by: str = ""
    why: str = ""


def timeline_of(participant: Participant) -> list[Moment]:
    """Everything, the latest first."""
    moments = [Moment(participant.created_at, "Applied or was added")]
    for change in participant.state_changes.select_related("by"):
        after = ParticipantState(change.after).label
        moments.append(Moment(change.at, f"Became {after}", _name(change.by), change.reason))
    for agreement in participant.agreements.without_files().select_related("added_by"):
        what = f"Agreement version {agreement.version} added: {agreement.title}, signed by {agreement.signatory}"
        moments.append(Moment(agreement.created_at, what, _name(agreement.added_by)))
    moments += [moment for check_in in _check_ins(participant) for moment in _of_check_in(check_in)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _check_ins(participant: Participant) -> list[CheckIn]:
    found = participant.check_ins.defer("answers").select_related("answered_by", "signed_off_by")
    return list(found.prefetch_related("notices"))


def _of_check_in(check_in: CheckIn) -> list[Moment]:
    moments = [Moment(notice.at, f"{check_in}: {notice.get_step_display()}") for notice in check_in.notices.all()]
    if check_in.answered_at:
        moments.append(Moment(check_in.answered_at, f"{check_in}: answered", _name(check_in.answered_by)))
    if check_in.signed_off_at:
        moments.append(Moment(check_in.signed_off_at, f"{check_in}: signed off", _name(check_in.signed_off_by)))
    return moments


def _name(person: object | None) -> str:
    return "" if person is None else str(person)
