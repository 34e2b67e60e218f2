"""Whom we know already of somebody who is being typed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from leads import names, normalise
from leads.lookup import every_source
from leads.merging.kin import where_to
from leads.models import Contact, Lead, Status
from leads.reading import Reading
from tenancy.scope import current_account
from tenancy.sight import current_sight

MOST = 5
ALREADY_KNOWN = "Already known; its owner has been told."  # to who must not see it


@dataclass(frozen=True)
class Known:
    """At most five leads in sight, newest first, and whether there are others: that they are, not who has them."""

    leads: list[Lead] = field(default_factory=list)
    elsewhere: bool = False


def known_like(facts: Mapping[str, Any]) -> Known:
    """The leads whose person has this e-mail, phone or whole name, or whose firm this name.

    Takes what was typed so far; half an address finds nothing. Two queries at most, three for who does not see all.
    """
    same = _same_person(facts)
    firm = names.fold(names.without_legal_suffix(_text(facts, "company")))
    if same is None and not firm:
        return Known()
    # Ids first: the planner finds each by its own index, which an OR over joins would not let it.
    people = list(Contact.objects.filter(same).values_list("pk", flat=True)[:50]) if same is not None else []
    wanted = Q(contact__in=people)
    if firm:
        wanted |= Q(company__name_norm=firm)
    leads = Lead.objects.with_people().filter(wanted).exclude(status__in=[Status.SPAM, Status.MERGED])
    sight = current_sight()
    elsewhere = bool(sight) and leads.exclude(Lead.seen_with(sight)).exists()
    return Known(list(leads.in_sight().order_by("-captured_at", "-id")[:MOST]), elsewhere)


def forget_hidden_ids(readings: Iterable[Reading]) -> None:
    """Take a sender's id out where it is that of a lead which the reader does not see, or of one that went into such a
    lead: who guesses one must not change that lead. A few queries for all; none for who sees everything."""
    if not current_sight():
        return
    told = [one for one in readings if one.lead.get("external_id")]
    named = {one.lead["external_id"] for one in told}
    rows = Lead.objects.filter(source__in=every_source(), external_id__among=named)
    ids = list(rows.values_list("external_id", "pk"))
    into = where_to([pk for _, pk in ids])
    seen = set(Lead.objects.in_sight().filter(pk__among={*into, *into.values()}).values_list("pk", flat=True))
    hidden = {name for name, pk in ids if not {pk, into[pk]} <= seen}
    for one in told:
        if one.lead["external_id"] in hidden:
            del one.lead["external_id"]


def _same_person(facts: Mapping[str, Any]) -> Q | None:
    same: Q | None = None
    for column, read in (("email_norm", _email), ("phone_e164", _phone), ("name_norm", _name)):
        if value := read(facts):
            found = Q(**{column: value})
            same = found if same is None else same | found
    return same


def _text(facts: Mapping[str, Any], name: str) -> str:
    return str(facts.get(name) or "").replace("\x00", "").strip()[:320]


def _email(facts: Mapping[str, Any]) -> str:
    try:
        return normalise.email(_text(facts, "email"))
    except normalise.Malformed:
        return ""


def _phone(facts: Mapping[str, Any]) -> str:
    try:
        return normalise.phone(_text(facts, "phone"), current_account().country)[0]
    except normalise.Malformed:
        return ""


def _name(facts: Mapping[str, Any]) -> str:
    name = _text(facts, "name")
    return names.fold(name)[:200] if " " in name else ""
