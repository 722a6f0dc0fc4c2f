"""What `signals` tells whoever stands above it, without knowing who that is."""

from django.dispatch import Signal

# Sent after signals were shared or changed. Carries nothing: `Signal.routing_due` in the database says which.
signals_changed = Signal()
