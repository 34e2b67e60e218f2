"""Take one merge out of all that stand: every row as if it had never been, and the others as they would be then.

Each column of a row is a chain of values: a merge found `before` and left `after`, the next found that. Taking a merge
out joins what came before it to what came after. Where nobody has changed the last value since, the column gets it;
where somebody has, that stays. What a later merge copied from a row, it would have copied as the row is now known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from events.models import json_safe
from leads import contacts
from leads.merging import kin
from leads.merging.facts import ADDRESS, EARLIEST, LEAD, PERSON, chosen
from leads.merging.rows import Entry, Sheet, is_known, write
from leads.models import Activity, Contact, Lead, Merge

Note = tuple[tuple[str, int], Merge, Entry]  # when it was written, by which merge


class Return:
    """The end of `merge`, one of the `standing` ones (oldest first), in memory until `write`."""

    def __init__(self, merge: Merge, standing: Sequence[Merge]) -> None:
        self.merge = merge
        self.others = [one for one in standing if one.pk != merge.pk]
        self.above = kin.above(merge, self.others)
        self.below = kin.below(merge, self.others)
        self.sheet = Sheet()
        # (row, column): what a merge after this one saw there, and what it would have seen without
        self.seen: dict[tuple[str, str], tuple[Any, Any]] = {}
        self.late: list[tuple[Merge, Entry]] = []
        self._home = {key for one in (merge, *self.below) for key in _brought(one)}

    def work_out(self) -> None:
        self._withdraw_from_home()
        for at, one, entry in reversed(list(self._own_notes())):
            self._withdraw(at, entry)
            if entry.get("late"):
                self.late.insert(0, (one, entry))
            if one is not self.merge:
                one.changes.remove(entry)
        for one in self._later():
            self._work_out_again(one)

    def write(self) -> list[tuple[Contact, str]]:
        """Write all rows; returns the people whose address, told besides, belongs to somebody new by now."""
        for table, ids in self._moving():
            self._move_along(table, ids)
        homeless = self.sheet.write()
        for table, ids in self._moving():
            model = apps.get_model(table)
            here = model._base_manager.filter(pk__in=ids, lead_id__in=self._holders)
            write(model, list(here.values_list("pk", flat=True)), {"lead_id": self.merge.other_id})
            for one in self.above:
                _let_go(one, table, ids)
        return homeless

    def _move_along(self, table: str, ids: list[str]) -> None:
        """A row that changes otherwise, too, does both at once: a cadence runs again on its own lead only."""
        for entry in ({"table": table, "id": key} for key in ids):
            if self.sheet.has_news(entry) and self.sheet.row(entry).lead_id in self._holders:
                self.sheet.put(entry, "lead_id", str(self.merge.other_id))

    @property
    def _holders(self) -> list[UUID]:
        """Where what belongs to the other may be by now."""
        return [self.merge.lead_id, *(one.lead_id for one in self.above)]

    def _moving(self) -> Iterator[tuple[str, list[str]]]:
        for one in (self.merge, *self.below):
            yield from ((entry["table"], entry["moved"]) for entry in one.changes if "moved" in entry)

    def _own_notes(self) -> Iterator[Note]:
        """What this merge changed, and what the other's people, and those merged into it, have said since."""
        notes = [*_notes(self.merge)]
        inside = {str(self.merge.other_id), *(str(one.other_id) for one in self.below)}
        people = Lead.objects.filter(pk__in=inside).values_list("contact_id", flat=True)
        inside |= {str(key) for key in people}
        for one in self.below:
            notes += [note for note in _notes(one) if note[2].get("late") and note[2]["id"] not in inside]
        yield from sorted(notes, key=lambda note: note[0])

    def _later(self) -> list[Merge]:
        mine = (self.merge.merged_at, self.merge.pk)
        return [one for one in self.others if (one.merged_at, one.pk) > mine]

    # Rows that go home

    def _withdraw_from_home(self) -> None:
        """What later merges did to rows that are not theirs any more."""
        notes = [note for one in self._later() for note in _notes(one)]
        for at, one, entry in sorted(notes, key=lambda note: note[0], reverse=True):
            if self._goes_home(entry):
                self._withdraw(at, entry)
                one.changes.remove(entry)

    def _goes_home(self, entry: Entry) -> bool:
        row = self.sheet.row(entry)
        if row is None or entry["id"] in self._home:
            return row is not None
        if "deal_id" in entry["before"]:
            return str(row.deal_id) in self._home
        keys = [field.attname for field in row._meta.concrete_fields if field.attname.endswith("_id")]
        return not isinstance(row, Lead | Contact) and any(str(getattr(row, key)) in self._home for key in keys)

    # Columns

    def _withdraw(self, at: tuple[str, int], entry: Entry) -> None:
        if self.sheet.row(entry) is None:
            return
        for name, before in entry["before"].items():
            is_stamp = name in EARLIEST and before is None and entry["table"] == Lead._meta.label
            self._replace(at, entry, name, self._stamp(entry["id"], name) if is_stamp else before)

    def _stamp(self, lead_id: str, name: str) -> str | None:
        """When the lead itself was first called or answered since: what the merge brought stood in that stamp's way."""
        went = {key for one in self.others if str(one.other_id) == lead_id for key in _brought(one)}
        mine = Activity.objects.filter(Q(lead=lead_id) | Q(pk__in=went - self._home))
        since = mine.filter(created_at__gte=self.merge.merged_at).exclude(pk__in=self._home).order_by("pk")
        counted = (activity.occurred_at for activity in since if contacts.STAMPS[name](activity))
        first: str | None = json_safe(next(counted, None))
        return first

    def _replace(self, at: tuple[str, int], entry: Entry, name: str, value: Any) -> None:
        """Let `name` be `value` from the moment `at` on, where `entry` left it otherwise."""
        kept = "after" not in entry
        left = None if kept else entry["after"].get(name)
        if not kept:
            self._saw(entry, name, left, value)
        for _, _, note in self._next(at, entry, name):
            if not kept and note["before"][name] != left:
                continue
            note["before"][name] = value
            if "after" in note:
                return
        if kept or self.sheet.value(entry, name) == left:
            self.sheet.put(entry, name, value)

    def _saw(self, entry: Entry, name: str, left: Any, value: Any) -> None:
        first = self.seen.get((entry["id"], name), (left, None))[0]
        self.seen[entry["id"], name] = (first, value)

    def _next(self, at: tuple[str, int], entry: Entry, name: str) -> Iterator[Note]:
        same = entry["table"], entry["id"]
        notes = [note for one in self.others for note in _notes(one) if note[0] > at]
        for note in sorted(notes, key=lambda note: note[0]):
            if (note[2]["table"], note[2]["id"]) == same and name in note[2]["before"]:
                yield note

    # Merges that came later

    def _work_out_again(self, one: Merge) -> None:
        for at, _, entry in list(_notes(one)):
            copies = entry.get("copies", [])
            if any((entry["from"], theirs) in self.seen for _, theirs in copies) and self.sheet.row(entry) is not None:
                self._copy_again(one, at, entry)
        self._fill(one)

    def _copy_again(self, one: Merge, at: tuple[str, int], entry: Entry) -> None:
        ours, theirs = entry["copies"][0]
        saw, sees = self.seen.get((entry["from"], theirs), (None, None))
        if (entry["from"], theirs) in self.seen and entry["after"].get(ours, saw) == saw and not is_known(sees):
            one.changes.remove(entry)
            self._withdraw(at, entry)
            if ours == ADDRESS[0]:
                self._keep_addresses(one)
            return
        for ours, theirs in entry["copies"]:
            saw, sees = self.seen.get((entry["from"], theirs), (None, None))
            if (entry["from"], theirs) in self.seen and entry["after"].get(ours, saw) == saw:
                entry["before"].setdefault(ours, saw)
                sees = _earlier(entry["before"][ours], sees) if ours in EARLIEST else sees
                self._replace(at, entry | {"after": {ours: saw}}, ours, sees)
                entry["after"][ours] = sees

    def _keep_addresses(self, one: Merge) -> None:
        """Nothing was taken, so nothing was given for it."""
        for at, _, entry in reversed(list(_notes(one))):
            if entry["table"] == Contact._meta.label and ADDRESS[1] in entry["before"] and "after" in entry:
                one.changes.remove(entry)
                self._withdraw(at, entry)

    def _fill(self, one: Merge) -> None:
        """What the kept lead does not know any more, the one merged into it later may know."""
        lead = self.sheet.row({"table": Lead._meta.label, "id": str(one.lead_id)})
        other = self.sheet.row({"table": Lead._meta.label, "id": str(one.other_id)})
        pairs = [(lead, other, LEAD | {f"custom.{key}": (f"custom.{key}",) for key in other.custom})]
        if lead.contact_id != other.contact_id:
            people = [{"table": Contact._meta.label, "id": str(who.contact_id)} for who in (lead, other)]
            pairs.append((*map(self.sheet.row, people), PERSON))
        for ours, theirs, facts in pairs:
            for columns in chosen(ours, theirs, facts, ()):
                if (str(ours.pk), next(iter(columns))) in self.seen:
                    self._fill_in(one, ours, theirs, list(columns))

    def _fill_in(self, one: Merge, ours: Any, theirs: Any, columns: list[str]) -> None:
        entry: Entry = {
            "table": ours._meta.label,
            "id": str(ours.pk),
            "from": str(theirs.pk),
            "before": {},
            "after": {},
        }
        entry["copies"] = [[name, name] for name in columns]
        told = {"table": theirs._meta.label, "id": str(theirs.pk)}
        for name in columns:
            entry["before"][name], entry["after"][name] = self.sheet.value(entry, name), self.sheet.value(told, name)
            self._saw(entry, name, None, entry["after"][name])
            self.sheet.put(entry, name, entry["after"][name])
        one.changes.append(entry)


def _notes(merge: Merge) -> Iterator[Note]:
    for number, entry in enumerate(merge.changes):
        if "before" in entry:
            yield (entry.get("at") or merge.merged_at.isoformat(), number), merge, entry


def _brought(merge: Merge) -> set[str]:
    """Rows the other lead brought, and its deals that were given to the kept lead."""
    given = {entry["id"] for entry in merge.changes if "lead_id" in entry.get("before", {})}
    return given | {key for entry in merge.changes for key in entry.get("moved", [])}


def _earlier(one: str | None, other: str) -> str:
    return min(one, other) if one else other


def _let_go(merge: Merge, table: str, ids: list[str]) -> None:
    for entry in merge.changes:
        if entry["table"] == table and "moved" in entry:
            entry["moved"] = [key for key in entry["moved"] if key not in ids]
