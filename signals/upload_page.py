"""What the page of an upload shows: its steps, how far it is, its counts, its errors by cause, and its effect."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from participants.models import Member
from participants.policies import Action, can
from signals.approving import may_decide
from signals.counting import shareable
from signals.faults import FAULTS
from signals.harm_choice import to_choose_for, untagged_in
from signals.intake import earlier_upload
from signals.mapping import MAPPABLE, MOST_COLUMNS, FileColumn, left_out, shown_name
from signals.models import Outcome, Upload, UploadState
from signals.refusals import refusal_of
from signals.upload_preview import columns_of, effect_of, first_rows, header_of, signals_label
from signals.withdrawing import in_force_of

STEPS = ("File", "Columns", "Check", "Preview", "Done")
PRESENT = {
    UploadState.CHECKING: 2,
    UploadState.REFUSED: 2,
    UploadState.READY: 3,
    UploadState.WAITING: 3,
    UploadState.APPLYING: 4,
    UploadState.DONE: len(STEPS),
}
COLUMNS_STEP = 1
LEAST_SECONDS = 0.5
SAME_FILE = (
    "The very same file was shared on {:%-d %B %Y}. Sharing it again makes nothing double: rows that are already yours"
    " are confirmed anew."
)

SAME_FILE_OPEN = "The very same file was uploaded on {:%-d %B %Y}. That upload is not shared yet: {}."
SHORTENED = "In {} the expiry is later than the kind of signal allows; it is brought back to the latest one allowed."
NO_HEADER = (
    "This file seems to have no header line: its first line holds values, which are masked here. That line is not read"
    " as a row."
)
WITHOUT_FILE = frozenset({UploadState.CHECKING, UploadState.CANCELLED})
MAPPED_IN = frozenset({UploadState.READY, UploadState.REFUSED})
READ = frozenset({UploadState.READY, UploadState.WAITING, UploadState.APPLYING, UploadState.DONE})

# One example of each cause: the first row that has it.
GROUPS = """
SELECT DISTINCT ON (code) code, number, fault->>1 AS column FROM (
    SELECT number, fault, fault->>0 AS code FROM signals_stagedrow, jsonb_array_elements(faults) AS fault
    WHERE batch = %s AND outcome = 'rejected'
) AS told ORDER BY code, number
"""


def page_of(upload: Upload, member: Member) -> dict[str, Any]:
    """The context of `signals/upload.html`, apart from its forms."""
    header = () if upload.state in WITHOUT_FILE else header_of(upload)
    columns = columns_of(upload, header)
    return {
        "upload": upload,
        "steps": _steps(upload),
        "progress": progress_of(upload) if upload.is_running else None,
        "counts": counts_of(upload),
        "bar": _bar(upload),
        "groups": _groups(upload),
        "first_rows": first_rows(upload),
        "columns": columns if upload.state in MAPPED_IN else [],
        "untagged": to_choose_for(upload),
        "effect": effect_of(upload),
        "shareable": signals_label(number) if (number := shareable(upload.counts or {})) else "",
        "refusal": refusal_of(upload).message if upload.refusal else "",
        "problem": FAULTS[upload.refusal].title if upload.refusal else "",
        "notes": [
            *_same_file(upload),
            *_told_header(columns),
            *_told_columns(upload, header, columns),
            *_told_untagged(upload),
            *_told_expiry(upload),
        ],
        "may_decide": may_decide(upload, member),
        "may_withdraw": _may_withdraw(upload, member),
    }


def progress_of(upload: Upload) -> dict[str, Any]:
    """Rows done of all, rows a second and time left, of the phase that runs."""
    done = upload.rows_applied if upload.state == UploadState.APPLYING else upload.rows_checked
    total = upload.rows_total or 0
    seconds = (timezone.now() - upload.started_at).total_seconds() if upload.started_at else 0
    rate = done / seconds if seconds > LEAST_SECONDS else 0
    return {
        "done": done,
        "total": total,
        "percent": round(100 * done / total) if total else 0,
        "rate_label": f"{rate:,.0f} rows a second" if rate else "",
        "left_label": _left((total - done) / rate) if rate else "",
    }


def counts_of(upload: Upload) -> list[dict[str, Any]]:
    """The five outcomes, which add up to the rows read; empty before the check has ended."""
    if not upload.counts:
        return []
    labels = {outcome: outcome.label[0].upper() + outcome.label[1:] for outcome in Outcome}
    return [{"name": name.value, "label": label, "count": upload.counts[name]} for name, label in labels.items()]


def _left(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes else "less than a minute left"


def _steps(upload: Upload) -> list[dict[str, str]]:
    present = COLUMNS_STEP if upload.refusal in MAPPABLE else PRESENT.get(UploadState(upload.state), 0)
    states = ["done" if step < present else "now" if step == present else "later" for step in range(len(STEPS))]
    return [{"label": label, "state": state} for label, state in zip(STEPS, states, strict=True)]


def _bar(upload: Upload) -> list[dict[str, Any]]:
    """Widths in percent of the rows read, side by side."""
    total = upload.counts.get("read") if upload.counts else 0
    parts: list[dict[str, Any]] = []
    left = 0.0
    for row in counts_of(upload) if total else ():
        width = 100 * row["count"] / total
        parts.append({"name": row["name"], "x": round(left, 3), "width": round(width, 3)})
        left += width
    return parts


def _groups(upload: Upload) -> list[dict[str, Any]]:
    errors = (upload.counts or {}).get("errors", {})
    if not errors:
        return []
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [upload.pk])
        examples = {code: (number, column) for code, number, column in cursor.fetchall()}
    return [_group(code, count, *examples.get(code, (0, ""))) for code, count in _most_first(errors)]


def _most_first(errors: dict[str, int]) -> Sequence[tuple[str, int]]:
    return sorted(errors.items(), key=lambda item: (-item[1], item[0]))


def _group(code: str, count: int, row: int, column: str | None) -> dict[str, Any]:
    told = FAULTS[code]
    example = {"example_row": row, "example_column": shown_name(column or "")}
    return {"code": code, "title": told.title, "how_to_fix": told.how_to_fix, "count": count, **example}


def _same_file(upload: Upload) -> list[str]:
    earlier = earlier_upload(upload)
    if earlier is None:
        return []
    if earlier.state == UploadState.DONE:
        return [SAME_FILE.format(earlier.created_at)]
    return [SAME_FILE_OPEN.format(earlier.created_at, earlier.state_label)]


def _told_header(columns: list[FileColumn]) -> list[str]:
    """That the first line is none, where a name in it reads as a value."""
    return [NO_HEADER] if any(column.is_value for column in columns) else []


def _told_columns(upload: Upload, header: Sequence[str], columns: list[FileColumn]) -> list[str]:
    """How the columns were read where they do not bear a known name, and which were left out."""
    if upload.state not in READ or not header:
        return []
    named = ", ".join(f"“{column.shown_name}” as {column.field}" for column in columns if column.field)
    told = [f"As your company chose, these columns are read: {named}."] if named else []
    return [*told, *_told_left_out(left_out(header, upload.mapping))]


def _told_left_out(names: Sequence[str]) -> list[str]:
    more = f" and {len(names) - MOST_COLUMNS:,} more" if len(names) > MOST_COLUMNS else ""
    return [f"These columns are left out: {', '.join(names[:MOST_COLUMNS])}{more}."] if names else []


def _told_untagged(upload: Upload) -> list[str]:
    """What rows that name no harm type are read as."""
    return [rows.told for rows in untagged_in(upload)] if upload.state in READ else []


def _told_expiry(upload: Upload) -> list[str]:
    """In how many rows an expiry beyond the limit is brought back to it."""
    number = upload.expiries_shortened
    if not number or upload.state not in READ:
        return []
    return [SHORTENED.format("1 row" if number == 1 else f"{number:,} rows")]


def _may_withdraw(upload: Upload, member: Member) -> bool:
    if upload.state not in (UploadState.DONE, UploadState.CANCELLED) or not can(member, Action.WITHDRAW_SIGNALS):
        return False
    return in_force_of(upload.participant_id, upload).exists()
