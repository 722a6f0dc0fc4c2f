"""A report as JSON: the snapshot, and the SHA-256 of its canonical bytes."""

import json

from transparency.publishing import Report


def json_of(report: Report) -> str:
    """`{"sha256": …, "published_at": …, "snapshot": {…}}`, indented for people."""
    published = report.published_at.isoformat() if report.published_at else None
    whole = {"sha256": report.sha256, "published_at": published, "snapshot": report.snapshot}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
