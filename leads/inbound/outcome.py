from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from leads.models import Lead


class Rejected(Exception):
    """It should be a lead, but can't be made one; a person must look."""


class Ignored(Exception):
    """It is no lead and no answer, and was never meant to be."""


@dataclass(frozen=True)
class Taken:
    """What something became; `submission_id` only if a submission was made of it."""

    lead: Lead | None
    submission_id: UUID | None = None
    why: str = ""
