"""Many leads change hands at once, chosen in a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.models import Member
from events.record import By
from leads.models import Lead
from routing.reassignment import CannotPassOn
from tenancy.ids import from_public

if TYPE_CHECKING:
    from routing.passing import PassOn

MOST = 200


def chosen_leads(public_ids: Iterable[str]) -> list[Lead]:
    """The leads of the account behind public ids, in the order of ids; strange ones are left out."""
    ids: list[UUID] = []
    for text in list(public_ids)[:MOST]:
        with suppress(ValueError):
            ids.append(from_public(Lead.PREFIX, text))
    return list(Lead.objects.in_sight().with_people().filter(pk__in=ids).order_by("id"))


def pass_on_all(leads: Sequence[Lead], form: PassOn, member: Member, by: By) -> str:
    """Pass each on as the form says. Returns what became of them, in words: who can't be passed on is left alone."""
    refusals: Counter[str] = Counter()
    for lead in leads:
        try:
            form.pass_on(lead, member, by)
        except CannotPassOn as refusal:
            refusals[str(refusal)] += 1
    done = len(leads) - refusals.total()
    moved = f"{done} of {len(leads)} leads passed on." if refusals else f"{done} lead{'s' * (done > 1)} passed on."
    return " ".join([moved, *(f"{count} not: {why}" for why, count in refusals.most_common(2))])
