"""What the stories of this folder begin with."""

from __future__ import annotations

from typing import Any

from django.core import mail as outbox

from accounts.models import Member
from events.models import Job, JobState
from followups.jobs import do_touch, enrol_leads
from followups.models import Enrolment, Message, Touch
from followups.sending import deliver
from leads.models import Lead
from pipeline.models import Deal, Pipeline, Stage
from tenancy import clock
from tenancy.scope import current_account
from tests.factories import a_lead, a_member


def a_deal(lead: Lead) -> Deal:
    pipeline, _ = Pipeline.objects.get_or_create(name="IT services")
    stage, _ = Stage.objects.get_or_create(pipeline=pipeline, name="Initial interest", defaults={"position": 1})
    deal: Deal = Deal.objects.create(lead=lead, pipeline=pipeline, stage=stage, owner=lead.owner)
    return deal


def a_worked_lead(tier: str = "medium", **facts: Any) -> Lead:
    """Rita's lead with a deal."""
    lead = a_lead(owner=Member.objects.filter(name="Rita").first() or a_member("Rita"), tier=tier, **facts)
    a_deal(lead)
    return lead


def an_enrolled(tier: str = "medium", **facts: Any) -> Enrolment:
    lead = a_worked_lead(tier, **facts)
    enrol_leads([lead.pk])
    enrolment: Enrolment = Enrolment.objects.select_related("cadence").get(lead=lead, ended_at=None)
    return enrolment


def the_touch(enrolment: Enrolment) -> Touch:
    """The touch that comes next."""
    touch: Touch = enrolment.touches.get(state="planned")
    return touch


def touch_on_time(enrolment: Enrolment) -> Touch:
    """Let the next touch fall due and be done."""
    touch = the_touch(enrolment)
    with clock.at(touch.due_at):
        do_touch([touch.pk])
    touch.refresh_from_db()
    return touch


def send_planned() -> list[Message]:
    """Send what lies in the outbox."""
    planned = list(Message.objects.filter(state="planned").order_by("id"))
    for message in planned:
        deliver(current_account(), message.pk)
        message.refresh_from_db()
    return planned


def pending(kind: str) -> list[Job]:
    return list(Job.objects.filter(kind=f"followups.{kind}", state=JobState.PENDING).order_by("run_at", "id"))


def delivered() -> list[Any]:
    return list(outbox.outbox)
