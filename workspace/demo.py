"""A convincing quarter in the life of a firm that does not exist: people, leads, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Member
from accounts.roles import Role
from events.record import SYSTEM
from leads.capture import capture
from leads.models import Lead, Source, SourceKind
from pipeline.models import Deal, Stage
from pipeline.move import gate_to
from routing.calendars import calendar_of
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from workspace.demo_talk import PAPER, SAYS
from workspace.members import add_member
from workspace.rehearsal import Act, live_through

TEAM = (
    ("Max Oduya", "max", Role.MANAGER),
    ("Rita Solberg", "rita", Role.REP),
    ("Raj Menon", "raj", Role.REP),
    ("Mo Keller", "mo", Role.MARKETER),
)
# What happens when, in days after the enquiry.
TALKED = (("call", 0.04),)
DISCOVERED = (*TALKED, ("forward", 1.1), ("hold", 2.2))
FITTING = (*DISCOVERED, ("oppose", 3.1), ("settle", 4.2), ("forward", 5.2), ("offer", 6.1))
REVIEWED = (*FITTING, ("discuss", 8.1), ("forward", 11.3))
STORIES: dict[str, tuple[tuple[str, float], ...]] = {
    "silent": (),
    "tried": (("try", 0.1), ("plan", 0.2)),
    "talked": (*TALKED, ("plan", 0.3)),
    "discovery": (*DISCOVERED, ("oppose", 3.1), ("discuss", 3.2), ("plan", 3.3)),
    "discovery_late": DISCOVERED,
    "fit": (*FITTING, ("reply", 7.2), ("plan", 7.3)),
    "fit_late": FITTING,
    "review": (*REVIEWED, ("oppose", 13.1), ("reply", 15.2), ("plan", 15.3)),
    "review_late": REVIEWED,
    "won": (*REVIEWED, ("forward", 19.4)),
    "lost_early": (*TALKED, ("lose", 2.2)),
    "lost_discovery": (*DISCOVERED, ("lose", 7.3)),
    "lost_fit": (*FITTING, ("lose", 13.1)),
    "lost_late": (*REVIEWED, ("lose", 24.2)),
    "disqualified": (("try", 0.2), ("disqualify", 1.1)),
}
LOST_BECAUSE = ("No budget this year", "Went with a competitor", "Keeps it in-house", "No answer any more")
# Numbers that the regulators keep for stories: nobody has them.
NUMBERS = {
    "GB": "+44 20 7946 0{:03}",
    "IE": "+353 20 910 0{:03}",
    "DE": "+49 30 23125 {:03}",
    "US": "+1 202 555 0{:03}",
}
STAKEHOLDERS = {
    "decision_maker": "Dana Whitfield",
    "technical": "Viktor Hahn",
    "procurement": "Ines Carvalho",
    "finance": "Ines Carvalho",
}


def furnish(account: Account, password: str | None = None) -> int:
    """Fill `account` with the demo, once. Returns how many leads it got: 0 if they are there already."""
    with scope(account):
        if Lead.objects.filter(external_id__startswith="demo-").exists():
            return 0
        by = Member.objects.active().filter(role=Role.ADMIN).earliest("joined_at").by
        for name, mailbox, role in TEAM:
            add_member(name, f"{mailbox}@{account.slug}.example", role, by=by, password=password)
        Source.objects.get_or_create(name="Referral", account=account, defaults={"kind": SourceKind.REFERRAL})
        now, rows = clock.now(), prospects()
        live_through(account, [act for number, row in enumerate(rows) for act in plot(account, number, row, now)], now)
        return len(rows)


def prospects() -> list[dict[str, Any]]:
    told = json.loads(Path(__file__).with_name("demo_leads.json").read_text("utf-8"))
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


def plot(account: Account, number: int, row: dict[str, Any], now: datetime) -> Iterator[Act]:
    """The acts of one lead's story: the enquiry at any hour, what people do in working hours."""
    calendar = calendar_of(account)
    asked = now - timedelta(days=row["days_ago"], minutes=25 + number * 37 % 300)
    yield Act(asked, partial(enquire, number, row))
    for verb, days in STORIES[row["story"]]:
        at = calendar.after(asked + timedelta(days=days), number * 13 % 50)
        yield Act(at, partial(tell, number, row, VERBS[verb]))


def enquire(number: int, row: dict[str, Any]) -> None:
    sent = ("name", "email", "job_title", "company", "industry", "country", "message", "product", "timeline_days")
    facts = {name: row[name] for name in sent} | {"external_id": f"demo-{number}", "value": row["value"]}
    if row["source"] != "Website":
        facts["headcount"] = row["headcount"]
    if row["country"] in NUMBERS:
        facts["phone"] = NUMBERS[row["country"]].format(100 + number)
    source = Source.objects.get(name=row["source"])
    capture({key: value for key, value in facts.items() if value}, source=source, channel="api", by=SYSTEM)


def tell(number: int, row: dict[str, Any], verb: Callable[[Lead, dict[str, Any]], object]) -> None:
    """One thing that the owner did. A lead without an owner has no story."""
    lead = Lead.objects.with_people().get(external_id=f"demo-{number}")
    if lead.owner:
        verb(lead, row)


def _call(lead: Lead, row: dict[str, Any]) -> None:
    words = (
        f"Talked about {row['product'].replace('_', ' ') or 'what they need'}. Friendly, wants to know the next step."
    )
    lead.log_activity(kind="call", outcome="spoke", body=words, by=lead.owner.by, member=lead.owner)


def _try(lead: Lead, row: dict[str, Any]) -> None:
    lead.log_activity(kind="call", outcome="voicemail", body="Left a message.", by=lead.owner.by, member=lead.owner)


def _disqualify(lead: Lead, row: dict[str, Any]) -> None:
    lead.disqualify(reason="Not a customer of ours", by=lead.owner.by)


def _lose(lead: Lead, row: dict[str, Any]) -> None:
    if deal := _deal(lead):
        deal.lose(by=lead.owner.by, reason=LOST_BECAUSE[row["days_ago"] % len(LOST_BECAUSE)])


def _forward(lead: Lead, row: dict[str, Any]) -> None:
    """Through the next gate, with everything it asks for."""
    deal = _deal(lead)
    stage = (
        deal
        and Stage.objects.filter(pipeline_id=deal.pipeline_id, position__gt=deal.stage.position)
        .order_by("position")
        .first()
    )
    if deal and stage:
        missing = gate_to(deal, stage).unmet
        values = {item.field or item.criterion: _proof(item.kind, item.field, row, item.input) for item in missing}
        deal.move(stage, by=lead.owner.by, values=values)


def _deal(lead: Lead) -> Deal | None:
    try:
        deal: Deal = Deal.objects.open().select_related("stage").get(lead=lead)
    except ObjectDoesNotExist:
        return None
    return deal


def _proof(kind: str, field: str, row: dict[str, Any], asked: Any) -> Any:
    """What meets a criterion of the templates."""
    now = clock.now()
    if kind == "meeting":
        return {"title": f"Discovery call with {row['name']}", "starts_at": now + timedelta(days=1)}
    if kind == "stakeholder":
        role = asked["roles"][0][0]
        return {"name": STAKEHOLDERS[role], "role": role, "reviewed_on": now.date().isoformat()}
    if kind == "document":
        return SimpleUploadedFile("agreement.pdf", PAPER, "application/pdf")
    if kind == "checklist":
        return {"confirmed": True, "on": (now + timedelta(days=10)).date().isoformat()}
    return row.get(field) or "Known"


VERBS: dict[str, Callable[[Lead, dict[str, Any]], object]] = {
    "call": _call,
    "try": _try,
    "forward": _forward,
    "lose": _lose,
    "disqualify": _disqualify,
    **SAYS,
}
