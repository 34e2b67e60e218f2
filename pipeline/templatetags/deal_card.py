"""A deal on the board as markup. In Python, for a board draws dozens and a template takes ten times as long.

Each piece is a line of its own, as in templates; whatever people wrote passes through `escape`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
Card = Mapping[str, Any]
SIGNS = {"breach": "octagon-alert", "risk": "hourglass"}
MANY, RISKY = 5, 0.75  # bars of a gate; share of a stage's limit


@register.simple_tag
def deal_card(card: Card) -> SafeString:
    """The markup of a card, in the shape that templates/components/deal_card.html names."""
    title = _said(card["title"])
    return mark_safe("\n".join(filter(None, _lines(card, title))) + "\n")  # noqa: S308  (all is escaped)


def _lines(card: Card, title: str) -> Iterator[str]:
    over = card.get("result") or ""
    yield f'<li id="deal-{_said(card["id"])}"\nclass="js-card"\ndata-card="{_said(card["id"])}"'
    yield "data-fixed" if over else "data-mine" if card.get("mine") else ""
    yield f'data-move-url="{_said(card.get("move_url"))}"\ndata-version="{card["version"]}"'
    yield f'data-at="{_said(card.get("at"))}"\ndata-missing=\'{_json(card.get("missing"))}\'\ndata-name="{title}">'
    yield '<article class="deal-card">\n<div class="deal-top">'
    if not over:
        yield f'<input type="checkbox"\nclass="checkbox deal-choose"\ndata-choose\naria-label="Choose {title}">'
    yield _mark(card, over)
    yield f'<span class="deal-value">{_said(card["value"])}</span>\n</div>'
    yield f'<h3 class="deal-title"><a class="deal-link"\nhref="{_said(card["lead_url"])}"\ndraggable="false"'
    yield f"data-open>{title}</a></h3>"
    yield from _ended(card) if over else _running(card, title)
    yield "</article>\n</li>"


def _mark(card: Card, over: str) -> str:
    """What a card says beside its value: how it ended, or its tier."""
    if over == "won":
        return f'<span class="sla-chip sla-ok">\n{_icon("circle-check")}Won</span>'
    if over:
        return '<span class="tag">Lost</span>'
    tier = _said(card["tier"])
    sign = f'<svg aria-hidden="true">\n<use href="{_icons()}#tier-{tier}" />\n</svg>'
    return f'<span class="tier tier-{tier}">\n{sign}{tier[:1].upper()}{tier[1:]}</span>' if tier else ""


def _ended(card: Card) -> Iterator[str]:
    yield f'<div class="deal-result">\n<p class="deal-who">{_said(card.get("result_text"))}</p>'
    yield _owner(card)
    yield "</div>"


def _running(card: Card, title: str) -> Iterator[str]:
    if card["person"]:
        yield f'<p class="deal-who">{_said(card["person"])}</p>'
    step, none = card["next_step"] or {"icon": "triangle-alert", "text": "No next step"}, " deal-next-none"
    yield f'<p class="deal-next{none * (not card["next_step"])}">'
    yield f"{_icon(_said(step['icon']))}<span>{_said(step['text'])}</span>\n</p>"
    if card["sla"]:
        yield _promise(card["sla"])
    yield '<div class="deal-foot">'
    if card["meter"].get("total"):
        yield _meter(card["meter"])
    if card["age"]:
        yield _age(card["age"])
    yield '<span class="deal-end">\n<button type="button"\nclass="deal-menu"\ndata-move-menu\naria-haspopup="menu"'
    yield f'aria-label="Move {title} to">\n{_icon("arrow-right-to-line")}\n</button>'
    yield _owner(card)
    yield "</span>\n</div>"


def _promise(sla: Card) -> str:
    due = f' data-due="{_said(sla["due"])}" role="timer"' if sla["due"] else ""
    sign = f'<use href="{_icons()}#{SIGNS.get(sla["state"], "clock")}" />'
    return (
        f'<p class="deal-sla"><span class="sla-chip sla-{_said(sla["state"])}"{due}>'
        f'<svg class="icon" aria-hidden="true">{sign}</svg><span data-due-words>{_said(sla["words"])}</span></span></p>'
    )


def _meter(meter: Card) -> str:
    met, total, owed = (int(meter.get(name) or 0) for name in ("met", "total", "owed"))
    states = [" gate-bar-met"] * met + [" gate-bar-owed"] * owed + [""] * total
    bars = "\n".join(f'<span class="gate-bar{state}"></span>' for state in states[:total])
    words = f"{met} of {total} exit criteria met{f', {owed} owed' if owed else ''}"
    return (
        f'<span class="gate-meter{" gate-open" * (met == total)}"\nrole="img"\naria-label="{words}">'
        f'<span class="gate-bars{" gate-bars-many" * (total > MANY)}">\n{bars}\n</span></span>'
    )


def _age(age: Card) -> str:
    state = " bar-late" if age["late"] else " bar-risk" if age["share"] >= RISKY else ""
    bar = f'<progress class="bar{state}"\nvalue="{age["share"]:.2f}"\nmax="1"\naria-hidden="true"></progress>'
    return f'<span class="age{" age-late" * bool(age["late"])}">{bar}{_said(age["words"])}</span>'


def _owner(card: Card) -> str:
    owner = card["owner"]
    if not owner:
        return ""
    name = _said(owner["name"])
    return (
        f'<span class="avatar avatar-{owner["hue"]}"\nrole="img"\naria-label="Owner: {name}"\ntitle="{name}">'
        f"{_said(owner['initials'])}</span>"
    )


def _icon(name: str) -> str:
    return f'<svg class="icon" aria-hidden="true">\n<use href="{_icons()}#{name}" />\n</svg>'


@cache
def _icons() -> str:
    return escape(static("img/icons.svg"))


def _json(text: str | None) -> str:
    """JSON for an attribute in single quotes: it has double ones by the dozen."""
    return escape(text or "", quote=False).replace("'", "&#x27;")


def _said(value: Any) -> str:
    return escape(str(value)) if value not in (None, "") else ""
