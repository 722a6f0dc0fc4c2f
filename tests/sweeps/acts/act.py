"""The form of the tables: what is planted first, then the service, then its one event.

Where one act is two facts it leaves two. Both functions are given Alice's and Bob's member (the second one what was
planted, and Bob's); Bob is who does it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from participants.models import Member
from participants.services import default_group

Act = tuple[Callable[[Member, Member], Any], Callable[[Any, Member], Any], list[str]]
Acts = Mapping[str, Act]

ALL = default_group
LONG_AGO = "2020-01-01T00:00:00Z"
