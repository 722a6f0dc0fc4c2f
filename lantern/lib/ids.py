"""Identifiers of rows that appear in URLs or that are sealed under their own name."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562): unique, and later ones sort after earlier ones, so indexes grow at their end."""
    return uuid7()
