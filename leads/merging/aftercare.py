"""What is put right once a merge is undone: news of the other's people, what is missing, an address that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from leads.changes import searchable
from leads.merging.facts import NEWEST_COUNTS
from leads.merging.late import difference
from leads.merging.returning import Return
from leads.merging.rows import Entry, is_known, put_values, value_of, write
from leads.models import Contact, Lead, Merge, Suspicion

SAME_ADDRESS = "The same e-mail address; it went to the second while the first was merged"


def hand_over(end: Return) -> None:
    """What the other's people said since is known of the other now: the newest wish, and facts it did not know."""
    other = Lead.objects.with_people().get(pk=end.merge.other_id)
    rows: dict[str, Any] = {"lead": other, "contact": other.contact, "company": other.company}
    for one, entry in end.late:
        row = rows[entry["late"]]
        if row is None:
            continue
        before, news = _news(row, entry)
        if news:
            write(type(row), [row.pk], put_values(row, news))
            told = difference(entry["late"], row, before, {name: entry["said"][name] for name in news})
            if one is not end.merge and told["after"]:
                one.changes.append(told | {"said": entry["said"], "at": entry["at"]})


def _news(row: Any, entry: Entry) -> tuple[dict[str, Any], dict[str, Any]]:
    before, news = {}, {}
    for name, value in entry["said"].items():
        had = value_of(row, name)
        if value is not None and (name in NEWEST_COUNTS or not is_known(had)):
            before[name] = had
            news[name] = value if "." in name else row._meta.get_field(name).to_python(value)
    return before, news


def settle(lead_ids: Sequence[UUID], above: Sequence[Merge], changed: Sequence[UUID]) -> None:
    """What is missing of each lead, and under which words it is found."""
    missing = {one.lead_id: entry["before"]["incomplete"] for one in above for entry in _kept(one)}
    for lead in Lead.objects.with_people().filter(pk__in=lead_ids):
        known, asked = lead.facts, missing.get(lead.pk, lead.incomplete)
        columns: dict[str, Any] = {"incomplete": [name for name in asked if known.get(name) is None]}
        if lead.pk in missing or lead.pk in changed:
            columns["search_text"] = searchable(lead)
        write(Lead, [lead.pk], columns)


def _kept(merge: Merge) -> list[Entry]:
    return [entry for entry in merge.changes if "after" not in entry and "incomplete" in entry.get("before", {})]


def ask_about(homeless: Sequence[tuple[Contact, str]]) -> None:
    """Somebody new has the address of one who comes back: whether the two are one is for a person to say."""
    pairs = []
    for contact, address in homeless:
        ours = Lead.objects.filter(contact=contact).order_by("-captured_at").values_list("pk", flat=True).first()
        theirs = Lead.objects.filter(contact__email_norm=address).order_by("-captured_at")
        pairs += [sorted((ours, found)) for found in theirs.values_list("pk", flat=True)[:1] if ours]
    Suspicion.objects.bulk_create(
        [Suspicion(first_id=one, second_id=two, confidence=100, reasons=[SAME_ADDRESS]) for one, two in pairs],
        ignore_conflicts=True,
    )
