"""A report as JSON: the snapshot, and the SHA-256 of its canonical bytes, as `report-schema.json` says."""

import json
from pathlib import Path

from django.conf import settings

from transparency.reports import Report

SCHEMA_PATH = Path(__file__).parent / "report-schema.json"
SCHEMA_URL = "/transparency/schema/lantern-report-2.json"


def json_of(report: Report) -> str:
    """`{"$schema": …, "sha256": …, "edition": …, "published_at": …, "snapshot": {…}}`, indented for people."""
    published = report.published_at.isoformat() if report.published_at else None
    whole = {
        "$schema": f"{settings.SITE_URL}{SCHEMA_URL}",
        "sha256": report.sha256,
        "edition": report.edition,
        "published_at": published,
        "snapshot": report.snapshot,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
