"""What each kind of event starts: the product on one screen."""

from events.jobs import Handler
from events.kinds import Kind
from pipeline.jobs import close_deals, open_deals, settle_gates, settle_pipeline

FLOW: dict[Kind, list[Handler]] = {
    Kind.LEAD_CHANGED: [settle_gates],
    Kind.LEAD_SCORED: [settle_gates],
    Kind.LEAD_ASSIGNED: [open_deals],
    Kind.LEAD_DISQUALIFIED: [close_deals],
    Kind.LEAD_REOPENED: [open_deals],
    Kind.ACTIVITY_LOGGED: [settle_gates],
    Kind.STAKEHOLDER_ADDED: [settle_gates],
    Kind.STAKEHOLDER_REVIEWED: [settle_gates],
    Kind.MEETING_BOOKED: [settle_gates],
    Kind.MEETING_CHANGED: [settle_gates],
    Kind.OBJECTION_RAISED: [settle_gates],
    Kind.OBJECTION_ANSWERED: [settle_gates],
    Kind.FILE_ATTACHED: [settle_gates],
    Kind.CRITERION_ANSWERED: [settle_gates],
    Kind.STAGE_CHANGED: [settle_pipeline],
}
