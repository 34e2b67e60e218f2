"""What stands in the way, in the buyer's words, and what became of it."""

from __future__ import annotations

from typing import Any

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
    """Put an objection on the record; a blocking one holds the gate until it is answered.

    Raises ValidationError for somebody from another lead.
    """
    _belongs(stakeholder, lead.pk)
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


def change_objection(objection: Objection, changes: dict[str, Any], *, by: By) -> Objection:
    """Set text, blocking, stakeholder; `answered_at` None opens it again. Records {name: [before, after]}.

    Raises ValidationError for somebody from another lead.
    """
    _belongs(changes.get("stakeholder"), objection.lead_id)
    if changes.get("answered_at", objection.answered_at) is None:
        changes = {**changes, "answered_at": None, "answer": ""}
    changed = {
        name: [_plain(getattr(objection, name)), _plain(value)]
        for name, value in changes.items()
        if getattr(objection, name) != value
    }
    if changed and Objection.objects.filter(pk=objection.pk).update(**changes):
        for name, value in changes.items():
            setattr(objection, name, value)
        record(
            Kind.OBJECTION_CHANGED, objection, by=by, lead_id=objection.lead_id, text=objection.text, changed=changed
        )
    return objection


def remove_objection(objection: Objection, *, by: By) -> None:
    """Somebody noted it by mistake."""
    record(Kind.OBJECTION_REMOVED, objection, by=by, lead_id=objection.lead_id, text=objection.text)
    objection.delete()


def _belongs(stakeholder: Stakeholder | None, lead_id: Any) -> None:
    if stakeholder and stakeholder.lead_id != lead_id:
        raise ValidationError({"stakeholder": "This person belongs to another lead."})


def _plain(value: Any) -> Any:
    return value.public_id if isinstance(value, Stakeholder) else value
