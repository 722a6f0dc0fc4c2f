"""Identifiers of rows that appear in URLs or that are sealed under their own name."""

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562): unique, and later ones sort after earlier ones, so indexes grow at their end."""
    return uuid7()


def new_id_bytes() -> bytes:
    """The 16 bytes of a new id, for rows by the hundred thousand."""
    return uuid_utils.uuid7().bytes
