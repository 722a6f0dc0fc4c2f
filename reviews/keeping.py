"""What the portal does for the queues by itself, every few seconds."""

from reviews.claims import release_expired
from reviews.settling import settle
from reviews.viewing import forget_old_viewings


def keep_queue() -> None:
    """Give back what nobody holds any more, settle what is final, forget who looked at what. Safe to run twice."""
    while release_expired():
        pass
    while settle():
        pass
    forget_old_viewings()
