"""How the events of scoring sound on a timeline."""

from events.kinds import Kind
from events.models import Event
from leads.labels import fact_label
from leads.timeline import Telling, describes
from scoring.batch import DECLINED
from scoring.models import SignalKind

WORDS = {True: "yes", False: "no", None: "left to the data"}


@describes(Kind.LEAD_ANSWERED)
def answered(event: Event) -> Telling:
    answers = event.body.get("answers") or {}
    parts = [_said(name, met) for name, met in answers.items()]
    return Telling("message-circle-question-mark", "Answered", ", ".join(parts))


def _said(name: str, met: bool | None) -> str:
    if name.startswith(DECLINED):
        return f"{fact_label(name.removeprefix(DECLINED))}: won’t say"
    return f"{name.capitalize()}: {WORDS[met]}"


@describes(Kind.SIGNALS_RECEIVED)
def seen(event: Event) -> Telling:
    counts = event.body.get("kinds") or {}
    parts = [f"{SignalKind(kind).label}{f' × {count}' if count > 1 else ''}" for kind, count in counts.items()]
    return Telling("eye", "Was seen", ", ".join(parts))


@describes(Kind.VISITOR_MET)
def met(event: Event) -> Telling:
    return Telling("link", "Known by a browser of ours", "What it looked at before counts as this person's.")


@describes(Kind.STAKEHOLDERS_WANTED)
def wanted(event: Event) -> Telling:
    return Telling("users-round", "Who decides?", "They fit and want it, but our contact does not decide.")
