"""What stands in the way, in the buyer's words, and what became of it."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from events.kinds import Kind
from events.record import By, record
from leads.models import Lead, Stakeholder
from pipeline.models import Objection
from pipeline.proof import is_filled
from tenancy import clock


def raise_objection(
    lead: Lead, *, text: str, by: By, blocking: bool = True, stakeholder: Stakeholder | None = None
) -> Objection:
    """Put an objection on the record; a blocking one holds the gate until it is answered."""
    objection: Objection = Objection.objects.create(lead=lead, text=text, blocking=blocking, stakeholder=stakeholder)
    record(Kind.OBJECTION_RAISED, objection, by=by, lead_id=lead.pk, text=text, blocking=blocking)
    return objection


def answer_objection(objection: Objection, answer: str, *, by: By) -> Objection:
    """Close an objection with its answer. Raises ValidationError when the answer says nothing (“n/a”, “done”)."""
    if not is_filled(answer):
        raise ValidationError({"answer": "Write what was agreed. “n/a” and “done” don’t count as an answer."})
    now = clock.now()
    if Objection.objects.filter(pk=objection.pk, answered_at=None).update(answer=answer, answered_at=now):
        objection.answer, objection.answered_at = answer, now
        record(Kind.OBJECTION_ANSWERED, objection, by=by, lead_id=objection.lead_id, text=objection.text, answer=answer)
    return objection
