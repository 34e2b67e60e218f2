"""How the events of capture and of the batch verbs sound."""

from events.kinds import Kind
from events.models import Event
from leads.consent import CHANNELS
from leads.labels import fact_label, fact_words
from leads.timeline import Telling, describes

OUTCOMES = {
    "spoke": "spoke",
    "no_answer": "no answer",
    "voicemail": "voicemail",
    "wrong_number": "wrong number",
    "replied": "replied",
    "held": "held",
}
ACTIVITIES = {
    "call": ("phone", "Call"),
    "email": ("mail", "E-mail"),
    "meeting": ("calendar", "Meeting"),
    "linkedin": ("link", "LinkedIn message"),
    "note": ("sticky-note", "Note"),
}


@describes(Kind.LEAD_CAPTURED)
def captured(event: Event) -> Telling:
    missing = event.body.get("incomplete") or []
    text = event.body.get("message", "")
    if missing:
        text = f"Missing: {', '.join(fact_label(name) for name in missing)}. {text}".strip()
    return Telling("inbox", f"Enquiry came in by {event.body.get('source', 'an unknown source')}", text)


@describes(Kind.LEAD_REPEATED)
def repeated(event: Event) -> Telling:
    return Telling(
        "repeat", f"Enquired again by {event.body.get('source', 'an unknown source')}", event.body.get("message", "")
    )


@describes(Kind.LEAD_IMPORTED)
def imported(event: Event) -> Telling:
    was = [f"{name}: {event.body[name]}" for name in ("stage", "owner") if event.body.get(name)]
    return Telling("download", f"Came over with “{event.body.get('import', 'an import')}”", ", ".join(was).capitalize())


@describes(Kind.LEAD_QUARANTINED, Kind.LEAD_PUT_ASIDE)
def quarantined(event: Event) -> Telling:
    return Telling("octagon-alert", "Put aside as spam", event.body.get("reason", ""))


@describes(Kind.LEAD_DELETED)
def deleted(event: Event) -> Telling:
    return Telling("trash-2", "Deleted for good")


@describes(Kind.LEAD_CHANGED)
def changed(event: Event) -> Telling:
    parts = [f"{fact_label(name)}: {_shown(before)} → {_shown(after)}" for name, (before, after) in event.body.items()]
    return Telling("pencil", f"Changed {', '.join(fact_label(name) for name in event.body)}", "; ".join(parts))


@describes(Kind.LEAD_SCORED)
def scored(event: Event) -> Telling:
    score, before, tier = event.body.get("score"), event.body.get("before"), event.body.get("tier", "")
    moved = f", was {before}" if before is not None and before != score else ""
    return Telling("gauge", f"Scored {score}{moved}", f"{tier.capitalize()} tier" if tier else "")


@describes(Kind.LEAD_QUALIFIED)
def qualified(event: Event) -> Telling:
    return Telling("circle-check", f"Qualified: {event.body.get('points')} of {event.body.get('of')} criteria met")


@describes(Kind.LEAD_ASSIGNED)
def assigned(event: Event) -> Telling:
    return Telling("user-round", f"Assigned to {event.body.get('member', 'somebody')}", event.body.get("sentence", ""))


@describes(Kind.LEAD_UNASSIGNED)
def unassigned(event: Event) -> Telling:
    return Telling("user-round", "Nobody owns it", event.body.get("reason", ""))


@describes(Kind.LEAD_DISQUALIFIED)
def disqualified(event: Event) -> Telling:
    until = f"Back on {event.body['recycle_on']}." if event.body.get("recycle_on") else ""
    return Telling("x", f"Disqualified: {event.body.get('reason', '')}", until)


@describes(Kind.LEAD_REOPENED)
def reopened(event: Event) -> Telling:
    return Telling("rotate-cw", "Reopened", event.body.get("reason", ""))


@describes(Kind.ACTIVITY_LOGGED)
def activity(event: Event) -> Telling:
    body = event.body
    icon, noun = ACTIVITIES.get(body.get("kind_of", ""), ("info", "Activity"))
    outcome = OUTCOMES.get(body.get("outcome", ""), body.get("outcome", ""))
    inbound = " from the prospect" if body.get("direction") == "in" else ""
    automatic = " (automatic)" if body.get("automatic") else ""
    return Telling(icon, f"{noun}{inbound}{automatic}{f': {outcome}' if outcome else ''}", body.get("text", ""))


@describes(Kind.MAIL_BOUNCED)
def bounced(event: Event) -> Telling:
    lasting = "for good; it gets no more mail" if event.body.get("hard") else "at present"
    return Telling(
        "mail", f"{event.body.get('address', 'The address')} can’t be reached {lasting}", event.body.get("why", "")
    )


@describes(Kind.MAIL_FILED)
def filed(event: Event) -> Telling:
    return Telling("paperclip", "A mail came with files", ", ".join(map(str, event.body.get("names") or [])))


@describes(Kind.STAKEHOLDER_ADDED)
def stakeholder(event: Event) -> Telling:
    role = str(event.body.get("role", "")).replace("_", " ")
    return Telling("users-round", f"Stakeholder: {event.body.get('name', '')}", role.capitalize())


@describes(Kind.STAKEHOLDER_REVIEWED)
def reviewed(event: Event) -> Telling:
    return Telling("users-round", f"{event.body.get('name', 'A stakeholder')} has reviewed")


@describes(Kind.STAKEHOLDER_CHANGED)
def stakeholder_changed(event: Event) -> Telling:
    parts = [
        f"{fact_label(name)}: {_shown(before)} → {_shown(after)}"
        for name, (before, after) in (event.body.get("changed") or {}).items()
    ]
    return Telling("users-round", f"Corrected {event.body.get('name', 'a stakeholder')}", "; ".join(parts))


@describes(Kind.CHANGE_UNDONE)
def undone(event: Event) -> Telling:
    return Telling("undo-2", f"Undone: {event.body.get('what', 'a change')}")


@describes(Kind.STAKEHOLDER_REMOVED)
def stakeholder_removed(event: Event) -> Telling:
    return Telling("users-round", f"No stakeholder any more: {event.body.get('name', '')}")


@describes(Kind.LEAD_MERGED)
def merged(event: Event) -> Telling:
    took = event.body.get("took") or []
    facts = f"Taken over: {', '.join(fact_label(name) for name in took)}." if took else ""
    return Telling("merge", f"Merged with {event.body.get('name', 'another lead')}", facts)


@describes(Kind.LEAD_UNMERGED)
def unmerged(event: Event) -> Telling:
    return Telling("split", "Two leads again")


@describes(Kind.CONTACT_ERASED)
def erased(event: Event) -> Telling:
    return Telling("trash-2", "The person was erased")


@describes(Kind.CONTACT_EXPORTED)
def exported(event: Event) -> Telling:
    return Telling("download", "Everything about the person was downloaded")


@describes(Kind.CONSENT_WITHDRAWN)
def withdrawn(event: Event) -> Telling:
    how = CHANNELS.get(event.body.get("channel", ""), "")
    return Telling("mail", f"Consent withdrawn {how}".strip(), event.body.get("note", ""))


@describes(Kind.CONTACT_UNSUBSCRIBED)
def unsubscribed(event: Event) -> Telling:
    return Telling("mail", "Unsubscribed from e-mail")


def _shown(value: object) -> str:
    return fact_words(value) or "empty"
