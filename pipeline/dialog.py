"""The gate's dialog: what is missing as inputs, what is met with its evidence, and what a form says back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from accounts.models import Member
from accounts.roles import Function
from pipeline.approval import Approver, may_answer
from pipeline.approvals import approvers
from pipeline.gate import Gate, Met, Unmet
from pipeline.models import Approval, Deal, Stage, StageKind
from pipeline.wire import title_of

OWED_WITHIN = timedelta(days=7)
LOSS = ("competitor", "recycle_on")  # what is asked of a lost deal besides why
# Where on the lead's page the evidence of a criterion stands, and what the link to it says.
EVIDENCE = {
    "field": ("lead-facts", "See the fact"),
    "condition": ("lead-facts", "See the facts"),
    "activity": ("lead-timeline", "See the timeline"),
    "meeting": ("lead-meetings", "See the meeting"),
    "stakeholder": ("lead-stakeholders", "See the person"),
    "document": ("lead-files", "See the document"),
    "approval": ("lead-timeline", "See the timeline"),
    "checklist": ("lead-timeline", "See the timeline"),
    "score": ("receipt", "See the score"),
    "objections": ("lead-objections", "See the objections"),
}


def dialog(
    deal: Deal,
    to: Stage,
    answer: Gate,
    me: Member,
    *,
    today: date,
    said: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    override: dict[str, str] | None = None,
    again: bool = False,
    loss: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The context of templates/pipeline/gate.html; `said` is what was typed, `errors` what is wrong with it, by key."""
    said, errors, asked = said or {}, errors or {}, asked_for(deal)
    lead_url = reverse("lead", args=[deal.lead.public_id])
    return {
        "deal": {
            "id": deal.public_id,
            "title": title_of(deal.lead),
            "move_url": reverse("deal-moves", args=[deal.public_id]),
            "lead_url": lead_url,
            "owner": deal.owner.name.split()[0] if deal.owner else "",
            "version": deal.version,
        },
        "from_stage": {"id": deal.stage.public_id, "name": deal.stage.name},
        "to_stage": {"id": to.public_id, "name": to.name},
        "passed": answer.passed,
        "unmet": [_item(item, said, errors, me, asked) for item in answer.unmet],
        "met": [item.wire() | _evidence(item, lead_url) for item in answer.met],
        "total": len(answer.unmet) + len(answer.met),
        "may_override": me.may(Function.OVERRIDE_GATES) and all(item.kind != "owner" for item in answer.unmet),
        "owed_on": today + OWED_WITHIN,
        "override": (override or {}) | {"error": errors["override"]} if errors.get("override") else None,
        "again": again,
        "loss": _loss(loss or {}, errors) if to.kind == StageKind.LOST else None,
        "ask_url": reverse("deal-ask", args=[deal.public_id]),
        "let_through": _let_through(deal, to, answer, me, asked),
    }


def _loss(said: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """What is asked besides of a deal that is lost, with what was typed."""
    return {name: {"value": said.get(name, ""), "error": errors.get(name, "")} for name in LOSS}


def asked_for(deal: Deal) -> dict[str, Approval]:
    """What still waits for an answer: by the criterion's id or, to be let through, by the stage's."""
    rows = Approval.objects.filter(deal=deal, answered_at=None).select_related("criterion", "to_stage")
    return {(row.criterion or row.to_stage).public_id: row for row in rows}


def _let_through(
    deal: Deal, to: Stage, answer: Gate, me: Member, asked: Mapping[str, Approval]
) -> dict[str, Any] | None:
    """Whom a rep may ask to let it through, and since when that is asked; None where there is nothing to ask for."""
    if me.may(Function.OVERRIDE_GATES) or not answer.unmet or any(item.kind == "owner" for item in answer.unmet):
        return None
    managers = approvers(deal, Approver.MANAGER)
    name = managers[0].name.split()[0] if len(managers) == 1 else "a manager"
    return {"name": name, "asked": asked.get(to.public_id)} if managers else None


def _evidence(item: Met, lead_url: str) -> dict[str, str]:
    """The link to what a met criterion rests on."""
    anchor, words = EVIDENCE[item.kind]
    return {"evidence_url": f"{lead_url}#{anchor}", "evidence_words": words}


def _approval(item: Unmet, me: Member, asked: Mapping[str, Approval]) -> dict[str, Any]:
    role = str((item.input or {}).get("role"))
    return {
        "mine": may_answer(role, me),
        "whom": Approver(role).label.lower(),
        "asked": asked.get(item.criterion),
    }


def _item(
    item: Unmet, said: Mapping[str, Any], errors: Mapping[str, str], me: Member, asked: Mapping[str, Approval]
) -> dict[str, Any]:
    """An unmet criterion; its input keeps what was typed, and says why that isn't enough."""
    key = item.criterion or item.field
    typed = said.get(key)
    made = item.wire() | {"key": key, "error": errors.get(key) or errors.get(item.field, "")}
    if made["input"]:
        made["input"] = _filled(made["input"], typed)
    if item.kind == "approval":
        made["approval"] = _approval(item, me, asked)
    return made


def _filled(made: dict[str, Any], typed: Any) -> dict[str, Any]:
    parts = typed if isinstance(typed, Mapping) else {}
    if isinstance(typed, str):
        made["value"] = typed
    elif isinstance(made.get("value"), list):
        made["value"] = ", ".join(map(str, made["value"]))
    if made["type"] == "objections":
        made["objections"] = [row | {"said": parts.get(row["id"], "")} for row in made["objections"]]
    if made["type"] == "facts":
        made["fields"] = [fact | {"value": parts.get(fact["name"], "")} for fact in made["fields"]]
    return made | {"said": parts}


def values_said(post: Any, files: Any) -> dict[str, Any]:
    """A form's fields as the values of a move: `cri_x.starts_at` becomes {"cri_x": {"starts_at": ...}}."""
    values: dict[str, Any] = {}
    for name, value in post.items():
        key, _, part = name.partition(".")
        if key in OURS or not str(value).strip():
            continue
        if part:
            values.setdefault(key, {})
            if isinstance(values[key], dict):
                values[key][part] = value
        else:
            values[key] = value
    return {key: value for key, value in values.items() if _fills(value)} | {name: files[name] for name in files}


def on_the_readers_clock(values: dict[str, Any]) -> dict[str, Any]:
    """The same values, with the times of meetings as they were typed: in the zone of who typed them."""
    return {key: _timed(value) if isinstance(value, dict) else value for key, value in values.items()}


def _timed(parts: dict[str, Any]) -> dict[str, Any]:
    try:
        typed = parse_datetime(str(parts.get("starts_at") or ""))
    except ValueError:  # no such day; the filling says so
        return parts
    return parts | {"starts_at": make_aware(typed)} if typed and is_naive(typed) else parts


def _fills(value: Any) -> bool:
    """A role alone, chosen by the form itself, names nobody."""
    return not isinstance(value, dict) or bool(set(value) - {"role", "outcome"}) or "outcome" in value


OURS = frozenset("csrfmiddlewaretoken stage version override again reason criterion before after".split()).union(LOSS)
