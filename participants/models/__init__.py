"""Who may: participants, their members, their life in the programme, and the groups in which signals are shared."""

from participants.models.agreement import Agreement
from participants.models.application import Application
from participants.models.buddy import Buddy
from participants.models.check_in import CheckIn, CheckInKind, CheckInNotice, Step
from participants.models.history import StateChange
from participants.models.invitation import Invitation
from participants.models.member import Member, Role
from participants.models.participant import Industry, Participant, ParticipantState
from participants.models.sharing_group import SharingGroup, SharingGroupPermission, SharingGroupUserPermission
from participants.models.sign_on import SignOn, SignOnBinding
from participants.models.training import TrainingNotice, TrainingRecord
from participants.models.vetting import VettingAnswer

__all__ = [
    "Agreement",
    "Application",
    "Buddy",
    "CheckIn",
    "CheckInKind",
    "CheckInNotice",
    "Industry",
    "Invitation",
    "Member",
    "Participant",
    "ParticipantState",
    "Role",
    "SharingGroup",
    "SharingGroupPermission",
    "SharingGroupUserPermission",
    "SignOn",
    "SignOnBinding",
    "StateChange",
    "Step",
    "TrainingNotice",
    "TrainingRecord",
    "VettingAnswer",
]
