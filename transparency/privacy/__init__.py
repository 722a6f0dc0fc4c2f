"""What of a report may be shown to everybody (docs/adr/0023)."""
