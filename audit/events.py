"""Everything that is written down when it happens. One member per kind of event; its value is stored for good."""

from enum import StrEnum


class Event(StrEnum):
    """What happened, in the past tense, object first."""

    SIGNED_IN = "person.signed_in"
    SIGN_IN_REFUSED = "person.sign_in_refused"
    SIGNED_OUT = "person.signed_out"
    PERSON_ADDED = "person.added"
    FACTOR_ENROLLED = "person.factor_enrolled"
    FACTOR_REMOVED = "person.factor_removed"
    FACTOR_CONFIRMED = "person.factor_confirmed"
    RECOVERY_CODES_MADE = "person.recovery_codes_made"
    RECOVERY_CODE_SPENT = "person.recovery_code_spent"
    FACTOR_RESET_ASKED = "person.factor_reset_asked"
    FACTOR_RESET_CONFIRMED = "person.factor_reset_confirmed"
    FACTOR_RESET_WITHDRAWN = "person.factor_reset_withdrawn"
    PASSWORD_CHANGED = "person.password_changed"  # noqa: S105 -- the name of an event
    EMAIL_CHANGED = "person.email_changed"
    SESSION_RAN_OUT = "person.session_ran_out"
    SESSIONS_ENDED = "person.sessions_ended"
    SIGN_ON_CHANGED = "sign_on.changed"
    SIGN_ON_BOUND = "sign_on.bound"
    LETTERS_CHOSEN = "person.letters_chosen"

    PARTICIPANT_ADDED = "participant.added"
    PARTICIPANT_CHANGED = "participant.changed"
    PARTICIPANT_MOVED = "participant.moved"
    PARTICIPANTS_EXPORTED = "participant.exported"
    MEMBER_ADDED = "member.added"
    MEMBER_CHANGED = "member.changed"
    GROUP_ADDED = "sharing_group.added"
    GROUP_CHANGED = "sharing_group.changed"
    GROUP_JOINED = "sharing_group.joined"
    GROUP_LEFT = "sharing_group.left"

    SIGNAL_SHARED = "signal.shared"
    SIGNAL_REVEALED = "signal.revealed"
    UPLOAD_STARTED = "upload.started"
    UPLOAD_CHECKED = "upload.checked"
    UPLOAD_REFUSED = "upload.refused"
    UPLOAD_CONFIRMED = "upload.confirmed"
    UPLOAD_CANCELLED = "upload.cancelled"
    UPLOAD_APPLIED = "upload.applied"
    UPLOAD_ERRORS_DOWNLOADED = "upload.errors_downloaded"

    REVIEWS_ROUTED = "review.routed"
    REVIEW_CLAIMED = "review.claimed"
    REVIEW_KEPT = "review.kept"
    REVIEW_RELEASED = "review.released"
    REVIEW_DECIDED = "review.decided"

    EDITION_PUBLISHED = "edition.published"
