"""Why a file was refused, said again later: the sentence is made from its code, nothing of the file is kept."""

from signals.faults import FAULTS, FileRefused, refused
from signals.models import Upload


def refusal_of(upload: Upload) -> FileRefused:
    """The refusal of an upload, from the code in its row."""
    return refused(upload.refusal, FAULTS[upload.refusal].title)
