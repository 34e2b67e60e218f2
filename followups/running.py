"""A person starts or stops a cadence."""

from __future__ import annotations

from events.record import By
from followups import next_steps
from followups.enrolling import enrol
from followups.models import Cadence, EndReason, Enrolment
from followups.stopping import end
from leads.models import Lead, Status


class CannotStart(Exception):
    """Why this cadence can't begin for that lead, in one sentence."""


def start(lead: Lead, cadence: Cadence, *, by: By) -> Enrolment:
    """Enrol an open lead. Raises CannotStart while another cadence runs, for a closed lead, or after an opt-out."""
    held = Lead.objects.with_people().select_for_update(of=("self",)).get(pk=lead.pk)
    if held.status != Status.OPEN:
        raise CannotStart("This lead is closed. Reopen it before you start a cadence.")
    if held.contact.unsubscribed_at:
        raise CannotStart("This person wants no more mails.")
    if not cadence.active:
        raise CannotStart(f"{cadence.name} is switched off.")
    running = Enrolment.objects.filter(lead=held, ended_at=None).select_related("cadence").first()
    if running:
        raise CannotStart(f"{running.cadence.name} is still running. Stop it first.")
    (enrolment,) = enrol([(held, cadence)], by=by)
    next_steps.settle([held.pk])
    return enrolment


def chosen(public_id: str) -> Cadence:
    """The cadence of that public id. Raises CannotStart where there is none."""
    try:
        cadence: Cadence = Cadence.objects.by_public_id(public_id)
    except Cadence.DoesNotExist:
        raise CannotStart("Choose a cadence.") from None
    return cadence


def stop(enrolment: Enrolment, *, by: By) -> None:
    """End an enrolment by hand. A second time changes nothing."""
    end([enrolment], {enrolment.pk: EndReason.STOPPED}, by=by)
    next_steps.settle([enrolment.lead_id])
