"""Routing rules, previews and replays as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Member
from leads.catalogue import Catalogue
from leads.conditions import Piece, pieces
from leads.models import Lead
from pipeline.models import Pipeline, Stage
from routing.checking import EVERY_LEAD
from routing.hits import Hits, hits_of
from routing.models import Action, PoolMember, Replay, RoutingRule, RoutingVersion
from routing.preview import preview, preview_of
from routing.versions import rules_at_hand, rules_of
from workspace.settings.routing_forms import PreviewForm

FACES = 5
SAME = ("label", "condition", "action", "member_id", "pool_id", "territory_id", "pipeline_id", "stage_id")


@dataclass(frozen=True)
class Card:
    """One rule: its sentence in pieces, whom it gives leads to and how, how often it decided."""

    rule: RoutingRule
    words: Sequence[Piece]
    to: str
    how: str
    faces: Sequence[Member]
    hits: Hits
    edited: bool = False
    start: str = ""


def cards_of(version: RoutingVersion, known: Catalogue, live: RoutingVersion | None = None) -> list[Card]:
    """The rules of a version in order; `edited` where they differ from what is `live`. Six statements."""
    rules = list(rules_at_hand(version))
    hits, seats, places = hits_of(version), _seats(rules), _places(rules)
    before = {rule.key: rule for rule in rules_of(live)} if live else {}
    return [
        Card(
            rule,
            pieces(rule.condition, known) if rule.condition and rule.condition != EVERY_LEAD else [],
            _to(rule),
            how(rule, seats.get(rule.pool_id, [])),
            [seat.member for seat in seats.get(rule.pool_id, [])][:FACES],
            hits.get(rule.key, Hits()),
            live is not None and _differs(rule, before.get(rule.key)),
            ", ".join(places[key] for key in (rule.pipeline_id, rule.stage_id) if key in places),
        )
        for rule in rules
    ]


def _seats(rules: Sequence[RoutingRule]) -> dict[Any, list[PoolMember]]:
    found: dict[Any, list[PoolMember]] = {}
    rows = PoolMember.objects.filter(pool_id__in={rule.pool_id for rule in rules if rule.pool_id})
    for seat in rows.select_related("member").order_by("id"):
        found.setdefault(seat.pool_id, []).append(seat)
    return found


def _places(rules: Sequence[RoutingRule]) -> dict[Any, str]:
    """The names of the pipelines and stages that rules begin deals in."""
    pipelines = {rule.pipeline_id for rule in rules if rule.pipeline_id}
    if not pipelines:
        return {}
    stages = {rule.stage_id for rule in rules if rule.stage_id}
    found = dict(Pipeline.objects.filter(pk__in=pipelines).values_list("pk", "name"))
    return found | dict(Stage.objects.filter(pk__in=stages).values_list("pk", "name"))


def _differs(rule: RoutingRule, before: RoutingRule | None) -> bool:
    return before is None or any(getattr(rule, name) != getattr(before, name) for name in SAME)


def _to(rule: RoutingRule) -> str:
    if rule.territory:
        return f"The owner of {rule.territory}"
    return str(rule.member or rule.pool or Action(rule.action).label)


def how(rule: RoutingRule, seats: Sequence[PoolMember]) -> str:
    """How a pool takes turns, in words."""
    if rule.pool is None:
        return ""
    words = str(rule.pool.get_strategy_display()).lower()
    if rule.pool.strategy == "weighted" and 0 < len(seats) <= FACES:
        return f"{words}: {', '.join(f'{seat.member.name} {seat.weight}' for seat in seats)}"
    return words


def previewed(version: RoutingVersion, form: PreviewForm) -> dict[str, Any] | None:
    """What the form's lead would get, or None while the form is wrong; its errors say what."""
    if not form.is_valid():
        return None
    if public := form.cleaned_data["real"]:
        found = Lead.objects.with_people().by_public_id(public)
        return preview(version, found)
    try:
        return preview_of(version, form.facts())
    except ValidationError as refusal:
        for name, words in refusal.message_dict.items():
            fact = name if name in form.fields else f"custom.{name.removeprefix('custom.')}"
            form.add_error(fact if fact in form.fields else None, words)
    return None


@dataclass(frozen=True)
class Replayed:
    """A replay as the page shows it: who would get how much before and after, dead rules, what was missed."""

    replay: Replay
    members: Sequence[tuple[str, int, int]] = ()
    dead: Sequence[str] = ()
    rest: Sequence[tuple[str, int, int]] = ()

    @property
    def result(self) -> Any:
        return self.replay.result


def replayed(replay: Replay | None) -> Replayed | None:
    """None where nothing was replayed yet."""
    if replay is None or not replay.result:
        return Replayed(replay) if replay else None
    live, draft = replay.result["live"], replay.result["draft"]
    before, after = ({one["name"]: one["leads"] for one in side["members"]} for side in (live, draft))
    names = sorted(before | after, key=lambda name: (-after.get(name, 0), name))
    return Replayed(
        replay,
        [(name, before.get(name, 0), after.get(name, 0)) for name in names],
        [rule["label"] for rule in draft["rules"] if not rule["matched"] and not rule["fallback"]],
        [(words, _number(live, key), _number(draft, key)) for key, words in REST],
    )


REST = (
    ("nobody", "Nobody could take"),
    ("waiting", "Waited for somebody"),
    ("queue", "In the intake queue"),
    ("nurture", "In nurture"),
    ("while_closed", "Given while nobody worked"),
    ("late", "Missed promises"),
)


def _number(side: dict[str, Any], key: str) -> int:
    return int(side.get(key, side["outcomes"].get(key, 0)))
