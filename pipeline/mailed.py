"""Files that came with a mail, kept with the lead like any other: by the same limits of size and type."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Actor
from events.record import By
from leads.inbound.letters import read
from leads.models import Payload
from pipeline.files import attach_file
from pipeline.models import File
from tenancy.filestore import StoreAway

MOST_FILES = 10


def keep_files(payload_ids: Sequence[UUID]) -> None:
    """Attach the files of mails to their leads. What is too large or of another type stays in the mail."""
    for payload in Payload.objects.filter(pk__in=payload_ids).exclude(lead=None).select_related("lead"):
        letter = read(bytes(payload.body))
        by = By(Actor.PROSPECT, name=letter.name or letter.address)
        # Run twice, the same names are there already.
        known = set(File.objects.filter(lead_id=payload.lead_id).values_list("name", "size"))
        for file in letter.attachments[:MOST_FILES]:
            if (file.name, len(file.content)) not in known:
                _attach(payload, SimpleUploadedFile(file.name, file.content, file.type), by)


def _attach(payload: Payload, upload: SimpleUploadedFile, by: By) -> None:
    try:
        attach_file(payload.lead, upload, kind="other", by=by)
    except StoreAway:
        raise  # the job comes again
    except ValidationError:
        return  # too large, or of a type that nobody may store here; it is still in the mail
