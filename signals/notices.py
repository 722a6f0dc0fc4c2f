"""What `signals` tells whoever stands above it, without knowing who that is."""

from django.dispatch import Signal

# Sent after signals were shared or changed. Carries nothing: `Signal.routing_due` in the database says which.
signals_changed = Signal()

# Sent as the portal, inside the transaction in which contributions ended or were corrected, so that what is done about
# it commits with it or not at all. Carries `signals`: the ids of the signals concerned, at most a slice of them;
# `ended`: those among them of which nothing is in force any more; `why`: a name of `signals.end_reasons`, "corrected".
contributions_ended = Signal()
