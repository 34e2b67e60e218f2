"""What each kind of event starts: the product on one screen."""

from events.jobs import Handler
from events.kinds import Kind
from pipeline.jobs import close_deals, open_deals, settle_gates, settle_pipeline
from routing.jobs import retry_unrouted_leads, route_unrouted_leads, start_timers, stop_timers, tell_owners

FLOW: dict[Kind, list[Handler]] = {
    Kind.MEMBER_JOINED: [retry_unrouted_leads],
    Kind.LEAD_REPEATED: [tell_owners],
    Kind.LEAD_CHANGED: [settle_gates],
    Kind.LEAD_SCORED: [route_unrouted_leads, start_timers, settle_gates],
    Kind.LEAD_ASSIGNED: [open_deals, tell_owners],
    Kind.LEAD_UNASSIGNED: [tell_owners],
    Kind.LEAD_DISQUALIFIED: [close_deals, stop_timers],
    Kind.LEAD_REOPENED: [route_unrouted_leads, start_timers, open_deals],
    Kind.ACTIVITY_LOGGED: [stop_timers, settle_gates],
    Kind.PROMISE_BROKEN: [tell_owners],
    Kind.STAKEHOLDER_ADDED: [settle_gates],
    Kind.STAKEHOLDER_REVIEWED: [settle_gates],
    Kind.MEETING_BOOKED: [settle_gates],
    Kind.MEETING_CHANGED: [settle_gates],
    Kind.OBJECTION_RAISED: [settle_gates],
    Kind.OBJECTION_ANSWERED: [settle_gates],
    Kind.FILE_ATTACHED: [settle_gates],
    Kind.CRITERION_ANSWERED: [settle_gates],
    Kind.DEAL_WON: [stop_timers],
    Kind.DEAL_LOST: [stop_timers],
    Kind.STAGE_CHANGED: [settle_pipeline],
}
