"""The one exception of this package."""


class InstallationError(Exception):
    """Something about this machine or folder has to change first. The message is one sentence that says what."""
