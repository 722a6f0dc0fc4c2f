"""What is done with signals, uploads, look-ups and exports."""

from django.utils import timezone

from audit.record import PORTAL
from participants import services as participants
from participants.models import Member
from signals.approving import approve, ask_approval, decline
from signals.correcting import Word, correct
from signals.departures import withdraw_departed
from signals.drafts import discard_draft, keep_draft
from signals.erasing import erase_value
from signals.expiring import expire
from signals.exporting import ask_for_export, decide_export, export_file
from signals.foretelling import foretell
from signals.harm_choice import choose_harm_types
from signals.holding import lift_hold, place_hold
from signals.looking_up import ask, download
from signals.mapping import map_columns
from signals.models import Contribution, Export, Upload
from signals.revealing import reveal
from signals.saved_filters import remove_filter, save_filter
from signals.sharing import share_incident, share_signals
from signals.tightening import tighten
from signals.uploads import cancel_upload, confirm_upload, work_on
from signals.withdrawing import withdraw
from tests.signals.files import as_file
from tests.sweeps.acts.act import ALL, LONG_AGO, Acts
from tests.world import add_team_member, row, share, upload

FILE = as_file(
    ["kind", "value", "harm_types"], ["email", "planted@example.com", "grooming"], ["email", "plan ted", "other"]
)
UNTAGGED = as_file(
    ["td_description", "td_raw_indicator", "td_indicator_type", "td_visibility", "td_share_level", "td_status"],
    ["", "planted@example.com", "EMAIL_ADDRESS", "", "AMBER", "MALICIOUS"],
)
WORD = Word(["grooming"], 4, None, timezone.now(), "", "", 2)


def _own(by: Member) -> Contribution:
    return share(by).contributions.get()


def _large(by: Member) -> Upload:
    """An upload that takes a second person."""
    found = upload(by, FILE)
    Upload.objects.filter(pk=found.pk).update(needs_approval=True)
    return found


def _asked_by_colleague(b: Member) -> Upload:
    colleague = add_team_member(b.participant, "colleague")
    found = _large(colleague)
    ask_approval(found, by=colleague)
    return found


def _waiting(by: Member) -> Export:
    share(by)
    export = ask_for_export({}, reason="matching", by=by)
    Export.objects.filter(pk=export.pk).update(state="waiting")
    return export


def _left(of: Member) -> None:
    share(of)
    participants.offboard(of.participant, by=PORTAL, reason="a reason")


ACTS: Acts = {
    "share": (
        lambda a, b: None,
        lambda _, b: share_signals([row()], group=ALL(by=PORTAL), by=b),
        ["signal.shared"],
    ),
    "reveal": (lambda a, b: share(a), lambda signal, b: reveal(signal, by=b, why="test"), ["signal.revealed"]),
    "correct": (lambda a, b: _own(b), lambda own, b: correct(own, WORD, by=b), ["contribution.corrected"]),
    "withdraw": (
        lambda a, b: _own(b),
        lambda own, b: withdraw(own, reason="mistake", by=b),
        ["contribution.withdrawn"],
    ),
    "place_hold": (
        lambda a, b: share(a),
        lambda signal, b: place_hold(signal_id=signal.pk, reason="order 1", by=b.user),
        ["legal_hold.placed"],
    ),
    "lift_hold": (
        lambda a, b: place_hold(signal_id=share(a).pk, reason="order 1", by=b.user),
        lambda hold, b: lift_hold(hold, because="order 2", by=b.user),
        ["legal_hold.lifted"],
    ),
    "erase": (
        lambda a, b: share(a),
        lambda _, b: erase_value(kind="email", value="mira@example.com", case="1", by=b.user),
        ["signal.erased"],
    ),
    "expire": (
        lambda a, b: Contribution.objects.filter(signal=share(a)).update(expires_at=LONG_AGO),
        lambda _, b: expire(),
        ["contribution.expired"],
    ),
    "ask": (lambda a, b: None, lambda _, b: ask("a@example.com", by=b), ["lookup.asked"]),
    "download": (
        lambda a, b: ask("a@example.com", by=b),
        lambda lookup, b: download(lookup, "known", by=b),
        ["lookup.downloaded"],
    ),
    "save_filter": (lambda a, b: None, lambda _, b: save_filter("n", {}, by=b), ["saved_filter.saved"]),
    "remove_filter": (
        lambda a, b: save_filter("n", {}, by=b),
        lambda saved, b: remove_filter(saved, by=b),
        ["saved_filter.removed"],
    ),
    "tighten": (lambda a, b: share(a), lambda signal, b: tighten(signal, tlp=4, by=b), ["handling.tightened"]),
    "ask_for_export": (
        lambda a, b: share(a),
        lambda _, b: ask_for_export({}, reason="matching", by=b),
        ["export.asked"],
    ),
    "approve_export": (
        lambda a, b: _waiting(a),
        lambda export, b: decide_export(export, agree=True, by=b),
        ["export.approved"],
    ),
    "refuse_export": (
        lambda a, b: _waiting(a),
        lambda export, b: decide_export(export, agree=False, by=b),
        ["export.refused"],
    ),
    "export_file": (
        lambda a, b: (share(a), ask_for_export({}, reason="matching", by=b))[1],
        lambda export, b: export_file(export, by=b),
        ["signal.exported"],
    ),
    "upload": (lambda a, b: None, lambda _, b: upload(b, FILE), ["upload.started", "upload.checked"]),
    "refuse": (lambda a, b: None, lambda _, b: upload(b, b""), ["upload.started", "upload.refused"]),
    "confirm": (lambda a, b: upload(b, FILE), lambda found, b: confirm_upload(found, by=b), ["upload.confirmed"]),
    "cancel": (lambda a, b: upload(b, FILE), lambda found, b: cancel_upload(found, by=b), ["upload.cancelled"]),
    "apply": (
        lambda a, b: confirm_upload(upload(b, FILE), by=b),
        lambda _, b: work_on(Upload.objects.get().pk),
        ["upload.applied"],
    ),
    "map_columns": (
        lambda a, b: upload(b, as_file(["kind", "what", "harm_types"], ["email", "planted@example.com", "grooming"])),
        lambda found, b: map_columns(found, ["kind", "what", "harm_types"], {1: "value"}, by=b),
        ["upload.mapped"],
    ),
    "choose_harm_types": (
        lambda a, b: upload(b, UNTAGGED),
        lambda found, b: choose_harm_types(found, {"others": ["grooming"]}, by=b),
        ["upload.harm_types_chosen"],
    ),
    "ask_approval": (
        lambda a, b: _large(b),
        lambda found, b: ask_approval(found, by=b),
        ["upload.approval_asked"],
    ),
    "approve": (lambda a, b: _asked_by_colleague(b), lambda found, b: approve(found, by=b), ["upload.approved"]),
    "decline": (
        lambda a, b: _asked_by_colleague(b),
        lambda found, b: decline(found, "planted", by=b),
        ["upload.declined"],
    ),
    "share_incident": (
        lambda a, b: ALL(by=PORTAL),
        lambda group, b: share_incident([row(), row(value="b@example.com")], group=group, by=b),
        ["incident.shared"],
    ),
    "foretell": (
        lambda a, b: (share(a), ALL(by=PORTAL))[1],
        lambda group, b: foretell({"kind": "email", "value": "mira@example.com"}, group, by=b),
        ["signal.checked"],
    ),
    "keep_draft": (lambda a, b: None, lambda _, b: keep_draft({"rows": [], "said": {}}, by=b), ["draft.kept"]),
    "discard_draft": (
        lambda a, b: keep_draft({"rows": [], "said": {}}, by=b),
        lambda _, b: discard_draft(by=b),
        ["draft.discarded"],
    ),
    "withdraw_departed": (
        lambda a, b: _left(a),
        lambda _, b: withdraw_departed(),
        ["contribution.withdrawn"],
    ),
}
