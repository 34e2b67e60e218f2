"""Enquiries that reached a merged lead and are taken back: the end of the merge must not bring what they said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from leads.merging.kin import all_merged
from leads.merging.rows import Entry
from leads.models import Merge, Submission


def withdraw(submission_ids: Collection[UUID], lead_ids: Collection[UUID]) -> None:
    """Forget, in the merges into these leads, that these submissions came and what each changed. One query where there
    are none."""
    gone = {str(pk) for pk in submission_ids}
    for merge in Merge.objects.standing().filter(other__in=all_merged(lead_ids)).order_by("pk").select_for_update():
        left = list(_without(merge.changes, gone))
        if left != merge.changes:
            merge.changes = left
            merge.save(update_fields=["changes"])


def _without(changes: Sequence[Entry], gone: set[str]) -> Iterator[Entry]:
    """What a submission changed stands before it in a journal; whoever changed the same later found what was before."""
    told: list[Entry] = []
    back: dict[tuple[str, str], tuple[object, object]] = {}
    for entry in changes:
        if "late" in entry:
            told.append(_as_found(entry, back))
        elif entry["table"] == Submission._meta.label and gone & set(entry.get("moved", ())):
            back |= {
                (one["id"], name): (one["after"][name], before)
                for one in told
                for name, before in one["before"].items()
            }
            told = []
            if left := [pk for pk in entry["moved"] if pk not in gone]:
                yield entry | {"moved": left}
        else:
            yield from (*told, entry)
            told = []
    yield from told


def _as_found(entry: Entry, back: dict[tuple[str, str], tuple[object, object]]) -> Entry:
    before = dict(entry["before"])
    for name, value in before.items():
        left, found = back.get((entry["id"], name), (None, None))
        if (entry["id"], name) in back and left == value:
            before[name] = found
    return entry | {"before": before}
