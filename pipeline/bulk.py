"""Many deals at once, chosen on the board or in its list: each goes through the same gate as one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Member
from events.record import By
from leads.models import Lead
from pipeline.models import Deal, Stage
from pipeline.refusals import GateClosed, NotOpen, Stale
from pipeline.wire import title_of
from routing.reassignment import CannotPassOn, may_pass_on
from tenancy.ids import from_public

if TYPE_CHECKING:
    from routing.passing import PassOn

MOST = 100
NOT_YOURS = "It is a colleague’s. They, or a manager, can pass it on."


@dataclass(frozen=True)
class Chosen:
    """A deal, and the version of it that was on the screen, if the screen said so."""

    deal: Deal
    version: int | None


@dataclass(frozen=True)
class Outcome:
    """What became of one: `why` says, in words, what kept it where it is; empty when it went well."""

    deal: Deal
    title: str
    why: str = ""


def chosen_deals(said: Iterable[str]) -> list[Chosen]:
    """The deals in sight behind `<public id>~<version>`; strange ones are left out, and all beyond MOST."""
    versions: dict[object, int | None] = {}
    for text in list(said)[:MOST]:
        public, _, version = text.partition("~")
        with suppress(ValueError):
            known = version.isascii() and version.isdigit() and len(version) < 10
            versions[from_public(Deal.PREFIX, public)] = int(version) if known else None
    people = ("lead__contact", "lead__company", "stage")
    deals = Deal.objects.in_sight().select_related(*people).filter(pk__in=list(versions)).order_by("id")
    return [Chosen(deal, versions[deal.pk]) for deal in deals]


def move_all(chosen: Sequence[Chosen], to: Stage, *, by: By) -> list[Outcome]:
    """Move each through every gate on its way, or leave it where it is and say why."""

    def move(one: Chosen) -> str:
        if one.deal.pipeline_id != to.pipeline_id:
            return "It is in another pipeline."
        if one.deal.stage_id == to.pk:
            return f"It is in {to.name} already."
        one.deal.move(to, by=by, version=one.version)
        return ""

    return _each(chosen, move)


def disqualify_all(chosen: Sequence[Chosen], *, reason: str, recycle_on: date | None, by: By) -> list[Outcome]:
    """Take the lead of each out, for one reason; its deal leaves the board with it."""

    def disqualify(one: Chosen) -> str:
        done = one.deal.lead.disqualify(reason=reason, recycle_on=recycle_on, by=by)
        return "" if done else "It is closed already."

    return _each(chosen, disqualify)


def pass_on_all(chosen: Sequence[Chosen], form: PassOn, member: Member, *, by: By) -> list[Outcome]:
    """Give the lead of each to whom the form says; who may pass on only the own ones keeps the others."""

    def pass_on(one: Chosen) -> str:
        if not may_pass_on(member, one.deal.lead):
            return NOT_YOURS
        form.pass_on(one.deal.lead, member, by)
        return ""

    return _each(chosen, pass_on)


def _hold(chosen: Sequence[Chosen]) -> None:
    """Lock all of them before the first is changed, in everybody's order: leads, then deals, each by id."""
    leads = Lead.objects.filter(pk__in=[one.deal.lead_id for one in chosen])
    deals = Deal.objects.filter(pk__in=[one.deal.pk for one in chosen])
    for rows in (leads, deals):
        list(rows.order_by("id").select_for_update().values_list("pk"))


def _each(chosen: Sequence[Chosen], do: Callable[[Chosen], str]) -> list[Outcome]:
    """One after the other, each wholly or not at all; `do` returns why not, or raises it."""
    outcomes = []
    _hold(chosen)
    for one in chosen:
        try:
            with transaction.atomic():
                why = do(one)
        except GateClosed as shut:
            why = f"Missing: {', '.join(item.label for item in shut.unmet)}"
        except (Stale, NotOpen, CannotPassOn) as refused:
            why = str(refused)
        outcomes.append(Outcome(one.deal, title_of(one.deal.lead), why))
    return outcomes
