"""The signed file of an agreement as an answer: always to be saved, never shown by the browser."""

from django.http import HttpResponse

from audit.record import Actor
from participants.agreements import read_agreement
from participants.models import Agreement


def attached(agreement: Agreement, *, by: Actor) -> HttpResponse:
    """The file as an attachment; that it was taken out is recorded."""
    answer = HttpResponse(read_agreement(agreement, by=by), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{agreement.file_name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
