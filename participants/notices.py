"""What `participants` tells whoever stands above it, without knowing who that is."""

from django.dispatch import Signal

# Sent in the transaction in which a member lost its place, with `member` and `by`.
member_removed = Signal()
