"""What the page of an upload shows: its steps, how far it is, its counts, its errors by cause, and its effect."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from lantern.lib.tenancy import acting_as_system
from participants.policies import readers_of
from signals.faults import FAULTS
from signals.intake import earlier_upload
from signals.models import Outcome, Upload, UploadState
from signals.refusals import refusal_of

STEPS = ("File", "Check", "Preview", "Share", "Done")
PRESENT = {
    UploadState.CHECKING: 1,
    UploadState.REFUSED: 1,
    UploadState.READY: 2,
    UploadState.APPLYING: 3,
    UploadState.DONE: len(STEPS),
}
LEAST_SECONDS = 0.5
SAME_FILE = (
    "The very same file was shared on {:%-d %B %Y}. Sharing it again makes nothing double: rows that are already yours"
    " are confirmed anew."
)

# One example of each cause: the first row that has it.
GROUPS = """
SELECT DISTINCT ON (code) code, number, fault->>1 AS column FROM (
    SELECT number, fault, fault->>0 AS code FROM signals_stagedrow, jsonb_array_elements(faults) AS fault
    WHERE batch = %s AND outcome = 'rejected'
) AS told ORDER BY code, number
"""


def page_of(upload: Upload) -> dict[str, Any]:
    """The context of `signals/upload.html`."""
    return {
        "upload": upload,
        "steps": _steps(UploadState(upload.state)),
        "progress": progress_of(upload) if upload.is_running else None,
        "counts": counts_of(upload),
        "bar": _bar(upload),
        "groups": _groups(upload),
        "effect": _effect(upload),
        "action_label": f"Share {_signals(_shareable(upload))}",
        "refusal": refusal_of(upload).message if upload.refusal else "",
        "notes": _notes(upload),
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


def _steps(state: UploadState) -> list[dict[str, str]]:
    present = PRESENT.get(state, 0)
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
    example = {"example_row": row, "example_column": column or ""}
    return {"code": code, "title": told.title, "how_to_fix": told.how_to_fix, "count": count, **example}


def _shareable(upload: Upload) -> int:
    counts = upload.counts or {}
    return sum(counts.get(name, 0) for name in (Outcome.NEW, Outcome.CORROBORATED, Outcome.ALREADY_YOURS))


def _signals(number: int) -> str:
    return f"{number:,} signal" if number == 1 else f"{number:,} signals"


def _effect(upload: Upload) -> str:
    counts = upload.counts or {}
    new, others = counts.get(Outcome.NEW, 0), _others(upload)
    known = _shareable(upload) - new
    companies = f"{others:,} other {'company' if others == 1 else 'companies'}"
    seen, confirmed = f"{_signals(new)} %s visible to {companies}", f"{_signals(known)} known already %s confirmed."
    match upload.state:
        case UploadState.READY:
            return f"{seen % 'will become'}; {confirmed % 'will be'}"
        case UploadState.DONE:
            return f"{seen % 'became'}; {confirmed % 'were'}"
        case UploadState.CANCELLED if upload.rows_applied:
            return f"{upload.rows_applied:,} rows were gone through before it ended. What was shared stays shared."
        case _:
            return "Nothing of it was shared, and its rows were not kept."


def _others(upload: Upload) -> int:
    with acting_as_system():
        return readers_of(upload.sharing_group).exclude(pk=upload.participant_id).count()


def _notes(upload: Upload) -> list[str]:
    earlier = earlier_upload(upload)
    if earlier is None:
        return []
    return [SAME_FILE.format(earlier.created_at)]
