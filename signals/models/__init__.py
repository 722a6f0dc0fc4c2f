"""What is shared, and the uploads it comes by."""

from signals.models.column_name import ColumnName
from signals.models.contribution import Contribution, ContributionState, Incident
from signals.models.draft import Draft
from signals.models.ending import Erasure, ExpiryRun, LegalHold, Withdrawal
from signals.models.finding import Lookup, PdqPage, Relation, RelationSort, SavedFilter
from signals.models.handling import Export, ExportState, Handling
from signals.models.signal import Signal
from signals.models.upload import Outcome, StagedRow, Upload, UploadChunk, UploadState

__all__ = [
    "ColumnName",
    "Contribution",
    "ContributionState",
    "Draft",
    "Erasure",
    "ExpiryRun",
    "Export",
    "ExportState",
    "Handling",
    "Incident",
    "LegalHold",
    "Lookup",
    "Outcome",
    "PdqPage",
    "Relation",
    "RelationSort",
    "SavedFilter",
    "Signal",
    "StagedRow",
    "Upload",
    "UploadChunk",
    "UploadState",
    "Withdrawal",
]
