"""Files with ThreatExchange's header (`td_*`): its columns and its words, turned into ours.

Statuses, severities, share levels and indicator types are those of the ThreatExchange documentation. Its WHITE is
TLP 1.0's word for CLEAR; what a company is content to publish may be shared here as GREEN.
"""

from collections.abc import Mapping

from signals.columns import Fields, Layout
from signals.kinds.text import CONTROL
from signals.vocabulary import HARM_TYPES

INDICATOR_TYPES: Mapping[str, str] = {
    "HASH_MD5": "md5",
    "HASH_SHA1": "sha1",
    "HASH_SHA256": "sha256",
    "HASH_PDQ": "pdq",
    "HASH_PHOTODNA": "photodna",
    "HASH_VIDEO_MD5": "video_md5",
    "URI": "url",
    "RAW_URI": "url",
    "DOMAIN": "domain",
    "EMAIL_ADDRESS": "email",
    "TELEPHONE": "phone",
    "TEXT_STRING": "keyword",
}

SEVERITIES: Mapping[str, str] = {
    "": "",
    "UNKNOWN": "low",
    "INFO": "low",
    "WARNING": "low",
    "SUSPICIOUS": "medium",
    "SEVERE": "high",
    "APOCALYPSE": "critical",
}

SHARE_LEVELS: Mapping[str, str] = {"WHITE": "GREEN", "GREEN": "GREEN", "AMBER": "AMBER", "RED": "RED"}

HASHES = ("md5", "sha1", "sha256", "pdq", "photodna", "video_md5")
USUAL_HARM_TYPES: Mapping[str, tuple[str, ...]] = dict.fromkeys(HASHES, ("csam_distribution",))

_NO_WORD = "?"
"""Stands for a word that has no meaning here, and is none of ours, so that the checks of a row refuse it."""


def translate(fields: Fields, harm_types: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """Turns the words of a row into ours, in place; a word that is on no list is left to the checks to refuse.

    Answers from which place a field was read, where that is not its own.
    """
    fields["kind"] = _word(INDICATOR_TYPES, fields["kind"])
    fields["tlp"] = _word(SHARE_LEVELS, fields["tlp"])
    fields["severity"] = _word(SEVERITIES, fields.get("severity", ""))
    fields["harm_types"] = _harm_types(fields.get("harm_types", ""), harm_types.get(fields["kind"], ()))
    first_active, last_active = fields.pop("first_active", ""), fields.get("observed_at", "")
    # The later one counts. A control character is a fault wherever it stands, so a cell with one is not passed over.
    if CONTROL.search(first_active) or (
        first_active.strip() and not (last_active.strip() or CONTROL.search(last_active))
    ):
        fields["observed_at"] = first_active
        return {"observed_at": "first_active"}
    return {}


def _word(words: Mapping[str, str], cell: str) -> str:
    # A cell with a control character passes as it is: that is what is wrong with it, whatever the word would be.
    return cell if CONTROL.search(cell) else words.get(cell.strip().upper(), _NO_WORD)


def _harm_types(tags: str, usual: tuple[str, ...]) -> str:
    """The tags that name a harm type; without one, what was chosen for the kind."""
    if CONTROL.search(tags):
        return tags
    named = [tag for each in tags.split(";") if (tag := each.strip().lower()) in HARM_TYPES]
    return ";".join(named or usual)


LAYOUT = Layout(
    name="threatexchange",
    columns={
        "td_raw_indicator": "value",
        "td_indicator_type": "kind",
        "td_description": "note",
        "td_share_level": "tlp",
        "td_status": "status",
        "td_visibility": "visibility",
        "td_subjective_tags": "harm_types",
        "td_confidence": "confidence",
        "td_severity": "severity",
        "td_first_active": "first_active",
        "td_last_active": "observed_at",
        "td_expire_time": "expires_at",
    },
    needs=("note", "value", "kind", "visibility", "tlp", "status"),
    ignored=frozenset(
        (
            "td_review_status", "td_privacy_groups", "td_privacy_members", "td_whitelist_apps",
            "td_related_ids_for_upload", "td_related_triples_for_upload",
        )
    ),
    unread=frozenset(("visibility",)),
    translate=translate,
    harm_types=USUAL_HARM_TYPES,
)  # fmt: skip
