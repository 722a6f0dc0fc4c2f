"""Who you are: people, their authenticators, and the letters to them."""

from accounts.models.authenticator import Authenticator
from accounts.models.letter import Letter, RefusedTopic
from accounts.models.user import CoalitionRole, User

__all__ = ["Authenticator", "CoalitionRole", "Letter", "RefusedTopic", "User"]
