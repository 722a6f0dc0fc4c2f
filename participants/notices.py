"""What `participants` tells whoever stands above it, without knowing who that is."""

from dataclasses import dataclass

from django.dispatch import Signal

# Sent in the transaction in which a member lost its place, with `member` and `by`.
member_removed = Signal()

# Asked before a participant leaves, with `participant`: receivers answer with a list of `Effect` and change nothing.
participant_leaving = Signal()

# Sent in the transaction in which a participant left, with `participant` and `by`: what belongs to it ends.
participant_left = Signal()

# Sent in the transaction in which a participant takes part again, with `participant` and `since`: when it last did.
participant_returned = Signal()


@dataclass(frozen=True)
class Effect:
    """One thing that ends when a participant leaves: how many, and what becomes of them."""

    label: str
    count: int
    what: str
