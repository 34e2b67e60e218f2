"""The search for traces of an erased person in rows that do not say whose they are: one table at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from accounts.models import IdempotentAnswer
from events.jobs import Later
from leads.models import Erasure, Import, ImportReject, ImportState
from leads.privacy.columns import BY_THE_DATABASE, searchable
from leads.privacy.erasure import forget, redact
from leads.privacy.holdings import holdings, tenant_models
from leads.privacy.needles import Needles, expressions, pattern
from leads.privacy.received import MARK, PARTS, clear_received
from leads.privacy.uploads import clear_upload
from tenancy import clock
from tenancy.models import TenantModel

# Who works here may be a contact, too: a member's own address stays.
OURS = frozenset({"member", "mailbox", "api_key", "erasure"})
Step = Callable[[Needles], None]


def steps() -> list[Step]:
    """The search, step by step; each finishes well within a job's lease."""
    tables = [model for model in tenant_models() if model._meta.db_table not in OURS | BY_THE_DATABASE]
    received = [partial(clear_received, part) for part in PARTS]
    return [clear_uploads, *received, clear_answers, clear_history, *(partial(clear, model) for model in tables)]


def take_step(erasure_id: UUID) -> bool:
    """Take the next step of a search; whether there are more."""
    erasure = Erasure.objects.select_for_update().filter(pk=erasure_id, finished_at=None).first()
    if erasure is None:
        return False
    todo, needles = steps(), Needles.kept(erasure.needles)
    if erasure.done < len(todo):
        todo[erasure.done](needles)
        erasure.done += 1
    else:  # whatever was under way when it began has ended by now
        forget(holdings(erasure.contact))
        erasure.needles, erasure.finished_at = {}, clock.now()
    erasure.save(update_fields=["done", "needles", "finished_at"])
    return erasure.finished_at is None


def mentions(model: type[TenantModel], words: tuple[str, ...]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Rows of a table in which any of `words` stands, each with the columns that are text."""
    fields, whole = searchable(model), pattern(words)
    texts = {f"text_{field.name}": Cast(field.name, models.TextField()) for field in fields}
    asked = Q(pk=None)
    for word in words:
        for name in texts:
            asked |= Q(**{f"{name}__icontains": word})
    if fields and words:
        rows = model.objects.alias(**texts).filter(asked)
        for row in rows.values("pk", *(field.attname for field in fields)):
            if whole.search("\n".join(map(_as_text, row.values()))):
                yield row.pop("pk"), row


def clear(model: type[TenantModel], needles: Needles) -> None:
    """Take the person's addresses and numbers out of a table's texts, whoever's row it is."""
    for pk, row in list(mentions(model, needles.words)):
        changed = {name: _fitting(model, name, without(value, needles)) for name, value in row.items()}
        columns = {name: value for name, value in changed.items() if value != row[name]}
        if columns:
            models.QuerySet.update(model._base_manager.filter(pk=pk), **columns)


def without(value: Any, needles: Needles) -> Any:
    """`value`, plain or JSON, with a mark in the place of each word."""
    if isinstance(value, dict):
        return {without(key, needles): without(item, needles) for key, item in value.items()}
    if isinstance(value, list):
        return [without(item, needles) for item in value]
    return pattern(needles.words).sub(MARK, value) if isinstance(value, str) else value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _fitting(model: type[TenantModel], name: str, value: Any) -> Any:
    longest = getattr(model._meta.get_field(name), "max_length", None)
    return value[:longest] if longest and isinstance(value, str) else value


def clear_uploads(needles: Needles) -> None:
    """Rows of imported tables: those that were refused, those still waiting, and what was typed over them."""
    for one in ImportReject.objects.only("cells", "account").iterator(500):
        if needles.in_cells(one.cells):
            ImportReject.objects.filter(pk=one.pk).update(cells=[], reason="The person was erased.")
    for batch in Import.objects.exclude(edits={}):
        kept = {row: cells for row, cells in batch.edits.items() if not needles.in_cells(cells.values())}
        Import.objects.filter(pk=batch.pk).update(edits=kept)
    for batch in Import.objects.exclude(path="").select_for_update():  # nobody reads on while its file is rewritten
        if batch.state == ImportState.READING:
            raise Later(f"“{batch.name}” is still being read: only then its rows can be told apart.")
        clear_upload(batch.path, needles)


def clear_answers(needles: Needles) -> None:
    """Answers that are kept for repeated requests."""
    told = [pk for pk, _ in mentions(IdempotentAnswer, needles.words + needles.ids)]
    IdempotentAnswer.objects.filter(pk__in=told).delete()


def clear_history(needles: Needles) -> None:
    """Events and submissions of others that mention the person."""
    redact([], expressions(needles.words))
