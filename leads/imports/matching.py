"""What the columns of an upload mean: guessed, remembered from the last file of that kind, or said by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leads.changes import custom_fields
from leads.imports.dates import order_of
from leads.imports.dictionary import fold
from leads.imports.mapping import DATED, TARGETS, guess, header_key, is_migration
from leads.imports.storing import lines_of
from leads.models import CustomField, Import
from tenancy.scope import current_account

LOOKED_AT = 1_000  # rows that show what the columns mean


class WrongMapping(ValueError):
    """A mapping names a column or a fact that is not there."""


def match(batch: Import) -> None:
    """Guess what the columns of `batch` mean, or take what was said last of the same set of them; not saved."""
    sample = [cells for (_, cells), _ in lines_of(batch.path, 0, LOOKED_AT)]
    batch.header_key = header_key(batch.headers)
    custom = CustomField.objects.labels()
    guessed = guess(batch.headers, sample, custom, current_account().country)
    batch.mapping, batch.dates = guessed.mapping, guessed.dates
    earlier = Import.objects.filter(header_key=batch.header_key, started_at__isnull=False).order_by("-started_at")
    if before := earlier.first():
        batch.mapping = _as_before(before.mapping, batch.headers)
        batch.remembered_at = before.started_at
        _date(batch, sample)
    batch.history = is_migration(batch.mapping)


def _as_before(said: Mapping[str, str], headers: Sequence[str]) -> dict[str, str]:
    """What was said of these columns, whatever the letters and signs their names are written with this time."""
    same = {header: said[header] for header in headers if header in said}
    alike = {fold(header): fact for header, fact in said.items() if header not in same}
    return same | {
        header: alike.pop(fold(header)) for header in headers if fold(header) in alike and header not in same
    }


def map_columns(batch: Import, mapping: Mapping[str, Any], *, anew: bool = False) -> None:
    """Let columns mean what a person says: header -> fact, "" for none. Others stay, but give way to a fact that is
    now another column's; with `anew` whether it is history is guessed again. Raises WrongMapping."""
    known = set(TARGETS) | {f"custom.{key}" for key in custom_fields()}
    for header, fact in mapping.items():
        if header not in batch.headers:
            raise WrongMapping(f"There is no column “{str(header)[:80]}” in this file.")
        if fact not in known and fact != "":
            raise WrongMapping(f"“{str(fact)[:80]}” is no fact that a column can be.")
    said = set(mapping.values())
    wanted = {header: fact for header, fact in batch.mapping.items() if fact not in said} | dict(mapping)
    batch.mapping = {header: wanted[header] for header in batch.headers if wanted.get(header)}
    taken = list(batch.mapping.values())
    twice = next((fact for fact in taken if taken.count(fact) > 1), None)
    if twice:
        raise WrongMapping(f"Two columns can’t both be {TARGETS.get(twice, twice)}.")
    _date(batch, [cells for (_, cells), _ in lines_of(batch.path, 0, LOOKED_AT)])
    batch.history = is_migration(batch.mapping) if anew else batch.history
    batch.save(update_fields=["mapping", "dates", "history"])


def _date(batch: Import, sample: list[list[str]]) -> None:
    """Whether the days of each column come before its months."""
    country, columns = current_account().country, {header: at for at, header in enumerate(batch.headers)}
    dated = [header for header, fact in batch.mapping.items() if fact in DATED]
    batch.dates = {
        header: order_of([row[columns[header]] for row in sample if columns[header] < len(row)], country)
        for header in dated
    }
