"""What a merge of leads does here: the kept lead's promise runs on, unless the other was answered already."""

from leads.merging import Journal, follows, on_return, stays
from leads.models import Merge
from leads.removal import remove
from routing.models import Acceptance, Breach, Clock, Correction, Covered, Decision, Timer

stays(Acceptance, Breach, Correction, Covered, Decision)
PROMISED = ("policy_id", "started_at", "risk_at", "due_at", "minutes", "rungs", "climbed")


@follows(Timer)
def keep_promises(journal: Journal) -> None:
    """A better tier may bring promises forward, which the end of the merge takes back."""
    answered_at = journal.lead.first_response_at
    for timer in Timer.objects.filter(lead=journal.lead).order_by("id").select_for_update():
        journal.keep(timer, *PROMISED)
        if answered_at and timer.is_running and timer.clock != Clock.NEXT_STEP:
            late = timer.broken_at is None and answered_at >= timer.due_at
            answered = {"kept_at": "first_response_at"}
            journal.copy(timer, journal.lead, answered, broken_at=timer.due_at if late else timer.broken_at)


@on_return
def forget_promises(merge: Merge) -> None:
    """A promise that only the two together were given ends with the merge."""
    known = [entry.get("id") for entry in merge.changes if entry["table"] == Timer._meta.label]
    remove(Timer, Timer.objects.filter(lead=merge.lead_id).exclude(pk__in=known).values_list("pk", flat=True))
