"""What of an event is sealed: one line of JSON as PostgreSQL writes it. The same row always gives the same bytes."""

# An expression over `event` (audit_auditevent) and `sealed` (audit_sealedevent, or whatever else has its salt).
CONTENT = """
convert_to(jsonb_build_object(
    'id', event.id, 'at', to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'event', event.event,
    'actor', event.actor_id, 'participant', event.participant_id, 'target', event.target_type,
    'target_id', event.target_id, 'details', event.details, 'salt', encode(sealed.salt, 'hex'))::text, 'UTF8')
"""
