"""What is shared, and the uploads it comes by."""

from signals.models.contribution import Contribution, ContributionState, Incident
from signals.models.signal import Signal
from signals.models.upload import Outcome, StagedRow, Upload, UploadChunk, UploadState

__all__ = [
    "Contribution",
    "ContributionState",
    "Incident",
    "Outcome",
    "Signal",
    "StagedRow",
    "Upload",
    "UploadChunk",
    "UploadState",
]
