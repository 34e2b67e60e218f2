"""Signals as they come in: each finds its lead, or waits with its visitor until somebody knows who that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM, By, Happening, record_all
from leads.crowd import lock
from leads.lookup import lock_key
from leads.models import Lead, Status
from scoring.bots import OF_MAIL
from scoring.machines import by_machine, sendings_of, traps_of, unmask
from scoring.models import Signal, Visitor
from tenancy import clock
from tenancy.ids import from_public
from tenancy.scope import current_account


@dataclass(frozen=True)
class Sent:
    """One signal as it was sent, about a lead (public id), an address or a visitor. `occurred_at` is aware; `id` is the
    sender's own: the same one again changes nothing. `bot`: the sender knows that a machine did it; `user_agent` and
    `sent_at` (of the mail, aware) let us see it; `trap`: a link was followed that no person sees."""

    kind: str
    occurred_at: datetime
    lead: str = ""
    email: str = ""
    visitor: str = ""
    url: str = ""
    id: str = ""
    seconds: int | None = None
    bot: bool = False
    user_agent: str = ""
    sent_at: datetime | None = None
    trap: bool = False


def receive(sent: Sequence[Sent], *, by: By) -> list[str]:
    """Keep signals of the account in scope and let their leads be scored again; about ten statements.

    Returns for each what became of it: `joined` to a lead, `waiting` for its visitor to be known, `repeated`, or
    `unknown`, where lead or address are nobody's; those are not kept. Records SIGNALS_RECEIVED for each lead.
    """
    lock(_visitor_lock(one.visitor) for one in sent if one.visitor)
    found = _leads(sent)
    known = set(Signal.objects.filter(sent_id__in={one.id for one in sent} - {""}).values_list("sent_id", flat=True))
    seen = [(lead_id, one.kind, one.occurred_at) for one, lead_id in zip(sent, found, strict=True)]
    # A trap and a click at the same moment: the second sees what the first kept.
    lock(_mail_lock(lead_id) for lead_id, kind, _ in seen if lead_id and kind in OF_MAIL)
    sendings, traps = sendings_of(seen), traps_of(seen)
    fates: list[str] = []
    rows: list[Signal] = []
    for one, lead_id in zip(sent, found, strict=True):
        fates.append(_fate(one, lead_id, known))
        if fates[-1] in ("joined", "waiting"):
            rows.append(_row(one, lead_id, by_machine(one, sendings.get(lead_id, ()), traps.get(lead_id, ()))))
            known.add(one.id)
    Signal.objects.bulk_create(rows, ignore_conflicts=True)
    trapped = unmask([(lead_id, one.occurred_at) for one, lead_id in zip(sent, found, strict=True) if one.trap])
    _tell([row for row in rows if not row.bot or row.lead_id in trapped], by)
    return fates


def join_visitor(visitor: str, lead: Lead, *, by: By = SYSTEM) -> None:
    """From now on this visitor is the lead's person; what was seen of it before, and belongs to nobody, is theirs."""
    join_visitors({visitor: lead.pk}, by=by)


def join_visitors(who: Mapping[str, UUID], *, by: By) -> None:
    """The same for many, by visitor. Records SIGNALS_RECEIVED where something was waiting; five statements."""
    lock(map(_visitor_lock, who))
    met = [Visitor(key=key, lead_id=lead_id, met_at=clock.now()) for key, lead_id in sorted(who.items())]
    Visitor.objects.bulk_create(
        met, update_conflicts=True, unique_fields=["account", "key"], update_fields=["lead", "met_at"]
    )
    waiting = Signal.objects.filter(lead=None, visitor__in=list(who))
    theirs = Visitor.objects.filter(key=OuterRef("visitor")).values("lead_id")
    signals = list(waiting)
    waiting.update(lead_id=Subquery(theirs))
    for signal in signals:
        signal.lead_id = who[signal.visitor]
    _tell([signal for signal in signals if not signal.bot], by)


def join_met(lead_ids: Sequence[UUID]) -> None:
    """Join the visitors that came along with submissions of these leads; of a shared browser the newest counts."""
    met = Event.objects.filter(lead_id__in=lead_ids, kind=Kind.VISITOR_MET).order_by("occurred_at", "id")
    introduce({event.body["visitor"]: event.lead_id for event in met})


def introduce(who: Mapping[str, UUID]) -> None:
    """Join visitors whose lead we have learned, by visitor; those who are joined to it already change nothing."""
    here = set(Lead.objects.filter(pk__in=set(who.values())).values_list("pk", flat=True))
    joined = dict(Visitor.objects.filter(key__in=list(who)).values_list("key", "lead_id"))
    new = {key: lead_id for key, lead_id in who.items() if lead_id in here and joined.get(key) != lead_id}
    join_visitors(new, by=SYSTEM)


def _fate(one: Sent, lead_id: UUID | None, known: set[str]) -> str:
    if one.id and one.id in known:
        return "repeated"
    if lead_id:
        return "joined"
    return "waiting" if one.visitor else "unknown"


def _row(one: Sent, lead_id: UUID | None, bot: bool) -> Signal:
    return Signal(
        lead_id=lead_id,
        kind=one.kind,
        url=one.url,
        visitor=one.visitor,
        sent_id=one.id,
        seconds=one.seconds,
        bot=bot,
        trap=one.trap,
        occurred_at=min(one.occurred_at, clock.now()),  # a clock that is fast does not see the future
    )


def _leads(sent: Sequence[Sent]) -> list[UUID | None]:
    """The lead of each signal: as named, else the newest of the address, else the visitor's."""
    named = {one.lead: _uuid(one.lead) for one in sent if one.lead}
    ids = set(Lead.objects.in_sight().filter(pk__in={pk for pk in named.values() if pk}).values_list("pk", flat=True))
    by_email = _newest({one.email for one in sent if one.email})
    by_visitor = dict(Visitor.objects.filter(key__in={one.visitor for one in sent}).values_list("key", "lead_id"))
    return [
        next(iter({named.get(one.lead)} & ids), None) or by_email.get(one.email) or by_visitor.get(one.visitor)
        for one in sent
    ]


def _newest(emails: set[str]) -> dict[str, UUID]:
    """The lead of each address: an open one if there is, and of those the newest."""
    leads = Lead.objects.filter(contact__email_norm__in=emails).exclude(status__in=[Status.SPAM, Status.MERGED])
    found = list(leads.values_list("contact__email_norm", "status", "captured_at", "pk")) if emails else []
    found.sort(key=lambda row: (row[1] == Status.OPEN, row[2]))
    return {email: pk for email, _, _, pk in found}


def _tell(signals: Sequence[Signal], by: By) -> None:
    """One event for each lead, and its score follows."""
    kinds: dict[UUID, Counter[str]] = {}
    for signal in signals:
        if signal.lead_id:
            kinds.setdefault(signal.lead_id, Counter())[signal.kind] += 1
    record_all(
        [Happening(Kind.SIGNALS_RECEIVED, lead, lead, by, {"kinds": dict(counts)}) for lead, counts in kinds.items()]
    )


def _visitor_lock(visitor: str) -> int:
    return lock_key(current_account().pk, "visitor", visitor)


def _mail_lock(lead_id: UUID) -> int:
    return lock_key(current_account().pk, "mails to", lead_id.hex)


def _uuid(public: str) -> UUID | None:
    try:
        return from_public(Lead.PREFIX, public)
    except ValueError:
        return None
