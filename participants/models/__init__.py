"""Who may: participants, their members, and the groups in which signals are shared."""

from participants.models.invitation import Invitation
from participants.models.member import Member, Role
from participants.models.participant import Participant, ParticipantState
from participants.models.sharing_group import SharingGroup, SharingGroupPermission, SharingGroupUserPermission
from participants.models.training import TrainingRecord

__all__ = [
    "Invitation",
    "Member",
    "Participant",
    "ParticipantState",
    "Role",
    "SharingGroup",
    "SharingGroupPermission",
    "SharingGroupUserPermission",
    "TrainingRecord",
]
