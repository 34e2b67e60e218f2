"""What a mover fills in on the way: each value goes where it belongs, through the verb that owns it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.dateparse import parse_date, parse_datetime

from accounts.models import Member
from events.models import Actor
from events.record import By
from leads.labels import fact_label
from leads.models import Lead, Stakeholder
from pipeline.approval import Approver, may_answer
from pipeline.confirmations import confirm
from pipeline.files import attach_file
from pipeline.gate import Criterion
from pipeline.meetings import book_meeting
from pipeline.models import Criterion as CriterionRow
from pipeline.models import Deal, Objection
from pipeline.objections import answer_objection
from pipeline.plan import Plan
from pipeline.proof import shown
from routing.workingtime import zone_named
from tenancy import clock


@dataclass
class Filling:
    """One mover's values for one deal, and what has been filled so far: label -> what was said."""

    deal: Deal
    lead: Lead
    by: By
    facts: dict[str, Any] = field(default_factory=dict)
    filled: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def fill(deal: Deal, lead: Lead, plan: Plan, values: Mapping[str, Any], *, by: By) -> dict[str, str]:
    """Apply `values`, keyed by a fact's name or a criterion's id, and return what was filled, by label.

    Raises ValidationError, by key, for values that can't be what they are meant for; the caller's transaction ends.
    """
    filling = Filling(deal, lead, by)
    criteria = {criterion.id: criterion for _, criterion in plan.criteria.values()}
    for key, value in values.items():
        if value not in (None, "", {}, []):
            _fill_one(filling, key, value, criteria.get(key))
    if filling.facts and not filling.errors:
        _change(filling)
    if filling.errors:
        raise ValidationError({key: [message] for key, message in filling.errors.items()})
    return filling.filled


def _fill_one(filling: Filling, key: str, value: Any, criterion: Criterion | None) -> None:
    if criterion is None or criterion.kind in ("field", "condition"):
        facts = {criterion.key: value} if criterion and criterion.kind == "field" else {key: value}
        facts = dict(value) if criterion and criterion.kind == "condition" and isinstance(value, Mapping) else facts
        filling.facts |= facts
        filling.filled |= {fact_label(str(name)): shown(fact) for name, fact in facts.items()}
        return
    try:
        filling.filled[criterion.label] = FILL[criterion.kind](filling, criterion, value)
    except ValidationError as error:
        filling.errors[key] = " ".join(error.messages)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, ObjectDoesNotExist):
        filling.errors[key] = "That is not what is missing here."


def _change(filling: Filling) -> None:
    try:
        filling.lead.change(filling.facts, by=filling.by)
    except ValidationError as error:
        details = error.message_dict if hasattr(error, "error_dict") else dict.fromkeys(filling.facts, error.messages)
        filling.errors |= {name: " ".join(messages) for name, messages in details.items()}


def _activity(filling: Filling, criterion: Criterion, value: Any) -> str:
    said = value if isinstance(value, Mapping) else {"outcome": value}
    kind = str(criterion.params["kind"])
    outcome = str(said.get("outcome") or criterion.params.get("outcome") or "")[:20]
    filling.lead.log_activity(
        kind=kind,
        direction="out",
        outcome=outcome,
        body=_text(said.get("body"), 5000),
        by=filling.by,
        occurred_at=clock.now(),
        member=member_of(filling.by),
    )
    return f"{kind} {outcome.replace('_', ' ')}".strip()


def _meeting(filling: Filling, criterion: Criterion, value: Any) -> str:
    said = value if isinstance(value, Mapping) else {"starts_at": value}
    starts_at = moment(said["starts_at"], filling.lead.account.time_zone)
    kind = str(criterion.params.get("kind") or "other")
    meeting = book_meeting(
        filling.lead, kind=kind, title=_text(said.get("title"), 120), starts_at=starts_at, by=filling.by
    )
    here = starts_at.astimezone(zone_named(filling.lead.account.time_zone))
    return f"{meeting.title} on {here:%Y-%m-%d %H:%M %Z}"


def _stakeholder(filling: Filling, criterion: Criterion, value: Any) -> str:
    said: Mapping[str, Any] = value if isinstance(value, Mapping) else {"name": value}
    roles = list(criterion.params["roles"])
    reviewed_at = clock.now() if criterion.params.get("reviewed") else None
    if reviewed_at and said.get("reviewed_on"):
        reviewed_at = moment(said["reviewed_on"], filling.lead.account.time_zone)
    if said.get("id"):
        there = Stakeholder.objects.filter(lead_id=filling.lead.pk, role__in=roles).by_public_id(said["id"])
        there.review(reviewed_at or clock.now(), by=filling.by)
        return str(there.name)
    role = said.get("role") or roles[0]
    if role not in roles or not _text(said.get("name"), 200):
        raise ValidationError("Name the person, and choose a part he or she plays.")
    person = filling.lead.add_stakeholder(
        name=_text(said["name"], 200),
        role=role,
        job_title=_text(said.get("job_title"), 200),
        email=_text(said.get("email"), 320),
        reviewed_at=reviewed_at,
        by=filling.by,
    )
    return str(person.name)


def _document(filling: Filling, criterion: Criterion, value: Any) -> str:
    if not isinstance(value, UploadedFile):
        raise ValidationError("Send the file itself, as multipart, or attach it to the lead first.")
    kind = str(criterion.params.get("kind") or "other")
    return str(attach_file(filling.lead, value, kind=kind, by=filling.by).name)


def _confirm(filling: Filling, criterion: Criterion, value: Any) -> str:
    said: Mapping[str, Any] = value if isinstance(value, Mapping) else {"on": value if _is_date(value) else None}
    if said.get("confirmed") in (False, "", "false", "off") or value is False:
        raise ValidationError("Tick it, or leave it open.")
    on = _date(said.get("on"))
    if criterion.params.get("date") and on is None:
        raise ValidationError("Give the date that was agreed.")
    role = str(criterion.params.get("role") or Approver.MANAGER)
    if criterion.kind == "approval" and not may_answer(role, member_of(filling.by)):
        raise ValidationError(f"Only {Approver(role).label.lower()} can approve this.")
    row = CriterionRow.objects.by_public_id(criterion.id)
    note = _text(said.get("note"), 500)
    confirm(filling.deal, row, by=filling.by, note=note, on=on)
    return ", ".join(part for part in (f"confirmed for {on}" if on else "confirmed", note) if part)


def _objections(filling: Filling, criterion: Criterion, value: Any) -> str:
    waiting = {row.public_id: row for row in Objection.objects.filter(lead_id=filling.lead.pk, answered_at=None)}
    answers = value if isinstance(value, Mapping) else dict.fromkeys(waiting, value)
    said = []
    for key, answer in answers.items():
        text = _text(answer.get("answer") if isinstance(answer, Mapping) else answer, 500)
        if text:
            said.append(answer_objection(waiting[key], text, by=filling.by).text)
    return "; ".join(said)


FILL: dict[str, Callable[[Filling, Criterion, Any], str]] = {
    "activity": _activity,
    "meeting": _meeting,
    "stakeholder": _stakeholder,
    "document": _document,
    "approval": _confirm,
    "checklist": _confirm,
    "objections": _objections,
}


def moment(value: Any, zone: str) -> datetime:
    """An aware time from a datetime, or from ISO text; text without an offset is in `zone`. Raises ValidationError."""
    parsed = value if isinstance(value, datetime) else parse_datetime(str(value).replace(" ", "T", 1).strip())
    if parsed is None and (day := parse_date(str(value).strip())):
        parsed = datetime.combine(day, time(12))
    if parsed is None:
        raise ValidationError("Give a date and a time, such as 2026-03-12T14:00.")
    if not 2000 <= parsed.year <= 2100:
        raise ValidationError("Give a date in this century.")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))


def member_of(by: By) -> Member | None:
    """The member behind an actor, None for keys and the system."""
    member: Member | None = Member.objects.filter(pk=by.id).first() if by.kind == Actor.MEMBER else None
    return member


def _is_date(value: Any) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and value[:4].isdigit())


def _date(value: Any) -> date | None:
    if value in (None, ""):
        return None
    found = value if isinstance(value, date) else parse_date(str(value).strip())
    if found is None or not 2000 <= found.year <= 2100:
        raise ValidationError("Give a date, such as 2026-03-12.")
    return found


def _text(value: Any, most: int) -> str:
    if value is None or isinstance(value, Mapping | list):
        return ""
    return str(value).replace("\x00", "").strip()[:most]
