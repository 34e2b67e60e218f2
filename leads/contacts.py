"""What counts as contact with a prospect: attempts and the first response are stamped apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.functions import Coalesce

from tenancy import clock

if TYPE_CHECKING:
    from leads.models.activity import Activity
    from leads.models.lead import Lead

TWO_WAY = {("call", "spoke"), ("meeting", "held")}
WRITTEN = {"email", "linkedin"}


def is_attempt(activity: Activity) -> bool:
    """A person of ours reached out."""
    return not activity.automatic and activity.direction == "out" and activity.kind != "note"


def is_response(activity: Activity) -> bool:
    """A person of ours and the prospect were in touch both ways: spoke, met, or a letter and its answer, by people."""
    if activity.automatic:
        return False
    return (activity.kind, activity.outcome) in TWO_WAY or (activity.kind in WRITTEN and _answers(activity))


def _answers(activity: Activity) -> bool:
    before = {"lead_id": activity.lead_id, "created_at__lte": activity.created_at}
    others = type(activity).objects.filter(**before, automatic=False, kind__in=WRITTEN)
    return bool(others.exclude(direction=activity.direction).exists())


STAMPS = {"first_attempt_at": is_attempt, "first_response_at": is_response}


def stamp(lead: Lead, activity: Activity) -> None:
    """Write the first attempt and the first response on the lead; later ones change nothing."""
    when, stamped = activity.occurred_at, {}
    for field, counts in STAMPS.items():
        if getattr(lead, field) is None and counts(activity):
            setattr(lead, field, when)
            stamped[field] = Coalesce(field, when)
    type(lead).objects.filter(pk=lead.pk).update(**stamped, updated_at=clock.now())


def unstamp(lead: Lead, activity: Activity) -> None:
    """Remove an activity that was logged by mistake; what it stamped is stamped by the next that counts, if any."""
    gone = [field for field in STAMPS if getattr(lead, field) == activity.occurred_at]
    rest = list(lead.activities.exclude(pk=activity.pk).order_by("created_at", "id"))
    type(lead).objects.filter(pk=lead.pk).update(**dict.fromkeys(gone))
    for field in gone:
        setattr(lead, field, None)
    activity.delete()
    for other in rest if gone else ():
        stamp(lead, other)
