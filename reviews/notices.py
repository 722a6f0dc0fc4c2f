"""What `reviews` tells whoever stands beside or above it, without knowing who that is.

Both are sent inside the transaction of what they tell of, so that what is done about it commits with it or not at all.
"""

from django.dispatch import Signal

# Somebody decided. Carries `review`, `decision` and `by`. Nothing may leave for a contributor before the decision is
# final (`Decision.objects.final()`): it can be taken back for some seconds.
decided = Signal()

# A decision was taken back within those seconds. Carries `review`, `decision` (the one that no longer counts) and `by`.
undone = Signal()

# A decision can no longer be undone: what follows from it may leave. Sent once for each, as the portal, some seconds
# after it was made. Carries `review` and `decision`.
settled = Signal()

# What came of an appeal against a decision was recorded. Carries `review`, `decision`, `appeal` and `by`.
appealed = Signal()

# Signals turned out to be disputed. Carries `signals`, their ids. As the portal.
became_disputed = Signal()
