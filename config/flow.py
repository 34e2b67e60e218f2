"""What each kind of event starts: the product on one screen."""

from events.jobs import Handler
from events.kinds import Kind
from followups.jobs import (
    advance_cadences,
    enrol_leads,
    reply_instantly,
    resume_touches,
    settle_next_steps,
    suppress_bounced,
)
from leads.jobs import enrich_leads, find_duplicates, watch_sources
from pipeline.jobs import (
    close_deals,
    keep_mailed_files,
    open_deals,
    place_imported,
    settle_gates,
    settle_pipeline,
    settle_unmerged,
)
from routing.jobs import (
    resume_timers,
    retry_unrouted_leads,
    route_unrouted_leads,
    start_timers,
    stop_timers,
    tell_owners,
)
from scoring.jobs import join_visitors, score_leads, score_unmerged

FLOW: dict[Kind, list[Handler]] = {
    Kind.ACCOUNT_OPENED: [watch_sources],
    Kind.MEMBER_JOINED: [retry_unrouted_leads],
    Kind.LEAD_CAPTURED: [score_leads, find_duplicates, reply_instantly, enrich_leads],
    Kind.LEAD_REPEATED: [score_leads, tell_owners, reply_instantly, enrich_leads],
    Kind.LEAD_IMPORTED: [place_imported],
    Kind.LEAD_ANSWERED: [score_leads],
    Kind.LEAD_MERGED: [score_leads, settle_gates, settle_next_steps],
    Kind.LEAD_UNMERGED: [score_unmerged, resume_timers, resume_touches, settle_unmerged],
    Kind.LEAD_CHANGED: [score_leads, settle_gates, enrich_leads],
    Kind.SIGNALS_RECEIVED: [score_leads],
    Kind.VISITOR_MET: [join_visitors],
    Kind.LEAD_SCORED: [route_unrouted_leads, start_timers, settle_gates],
    Kind.LEAD_ASSIGNED: [open_deals, tell_owners],
    Kind.LEAD_UNASSIGNED: [tell_owners],
    Kind.LEAD_DISQUALIFIED: [close_deals, stop_timers, advance_cadences],
    Kind.LEAD_PUT_ASIDE: [close_deals, stop_timers, advance_cadences],
    Kind.LEAD_REOPENED: [score_leads, route_unrouted_leads, start_timers, open_deals],
    Kind.ACTIVITY_LOGGED: [stop_timers, score_leads, settle_gates, advance_cadences],
    Kind.PROMISE_BROKEN: [tell_owners],
    Kind.STAKEHOLDER_ADDED: [settle_gates],
    Kind.STAKEHOLDER_REVIEWED: [settle_gates],
    Kind.DEAL_OPENED: [enrol_leads],
    Kind.DEAL_MOVED: [advance_cadences],
    Kind.DEAL_WON: [stop_timers, advance_cadences],
    Kind.DEAL_LOST: [stop_timers, advance_cadences],
    Kind.MEETING_BOOKED: [settle_gates, advance_cadences],
    Kind.MEETING_CHANGED: [settle_gates, settle_next_steps],
    Kind.OBJECTION_RAISED: [settle_gates],
    Kind.OBJECTION_ANSWERED: [settle_gates],
    Kind.FILE_ATTACHED: [settle_gates],
    Kind.CRITERION_ANSWERED: [settle_gates],
    Kind.TASK_ADDED: [settle_next_steps],
    Kind.TASK_DONE: [settle_next_steps],
    Kind.STAGE_CHANGED: [settle_pipeline],
    Kind.CONTACT_UNSUBSCRIBED: [advance_cadences],
    Kind.MAIL_BOUNCED: [suppress_bounced],
    Kind.MAIL_FILED: [keep_mailed_files],
}
