"""Everything that is written down when it happens. One member per kind of event; its value is stored for good."""

from enum import StrEnum


class Event(StrEnum):
    """What happened, in the past tense, object first."""

    SIGNED_IN = "person.signed_in"
    SIGN_IN_REFUSED = "person.sign_in_refused"
    SIGNED_OUT = "person.signed_out"
    PERSON_ADDED = "person.added"
    FACTOR_ENROLLED = "person.factor_enrolled"
    LETTERS_CHOSEN = "person.letters_chosen"

    PARTICIPANT_ADDED = "participant.added"
    PARTICIPANT_CHANGED = "participant.changed"
    PARTICIPANT_MOVED = "participant.moved"
    PARTICIPANTS_EXPORTED = "participant.exported"
    MEMBER_ADDED = "member.added"
    MEMBER_CHANGED = "member.changed"
    MEMBER_REMOVED = "member.removed"
    MEMBER_READMITTED = "member.readmitted"
    MEMBER_TRAINED = "member.trained"
    INVITATION_SENT = "invitation.sent"
    INVITATION_RENEWED = "invitation.renewed"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    INVITATION_ACCEPTED = "invitation.accepted"
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
