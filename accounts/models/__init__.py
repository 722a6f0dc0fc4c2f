"""Who you are: people, their factors and sessions, and the letters to them."""

from accounts.models.authenticator import Authenticator
from accounts.models.factor_reset import FactorReset
from accounts.models.letter import Letter, RefusedTopic
from accounts.models.recovery import RecoveryCode, RecoverySheet
from accounts.models.reset_request import ResetRequest
from accounts.models.session import Session
from accounts.models.user import CoalitionRole, User

__all__ = [
    "Authenticator",
    "CoalitionRole",
    "FactorReset",
    "Letter",
    "RecoveryCode",
    "RecoverySheet",
    "RefusedTopic",
    "ResetRequest",
    "Session",
    "User",
]
