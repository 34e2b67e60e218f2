"""What just happened on the board, in words."""

from django.db.models import Exists, OuterRef
from django.utils.timesince import timesince

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from pipeline.wire import title_of
from tenancy import clock
from tenancy.sight import current_sight


def last_move() -> str:
    """“Tomasz moved Kingsley into Commercial review, 2 minutes ago”; empty before the first move in sight."""
    moves = Event.objects.filter(kind=Kind.DEAL_MOVED).order_by("-occurred_at", "-id")
    if current_sight():
        moves = moves.filter(Exists(Lead.objects.in_sight().filter(pk=OuterRef("lead_id"))))
    last: Event | None = moves.first()
    if last is None:
        return ""
    lead: Lead = Lead.objects.with_people().get(pk=last.lead_id)
    ago = timesince(last.occurred_at, clock.now()).partition(",")[0]
    return f"{last.actor_name} moved {title_of(lead)} into {last.body['to']}, {ago} ago"
