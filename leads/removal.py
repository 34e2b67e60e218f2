"""Rows that should never have come, removed with everything that hangs on them, in whichever app it lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from events.jobs import drop_all
from events.kinds import Kind
from events.models import Notification
from events.record import By, Happening, record_all
from leads.models import Contact, Lead, Status, Submission
from tenancy.models import TenantModel

Farewell = Callable[[Sequence[UUID]], None]
_farewells: list[Farewell] = []


def before_removal(farewell: Farewell) -> Farewell:
    """Let an app downstream settle what it holds of leads that are about to go."""
    _farewells.append(farewell)
    return farewell


def remove_spam(lead_ids: Sequence[UUID], *, by: By) -> int:
    """Remove spam that nobody ever worked on, with people whom nothing else needs; about fifty statements.

    Leads that are not spam, or have a history (a score, an owner, an answer), stay. Records LEAD_DELETED; returns how
    many went.
    """
    # Locked, so that nobody restores one, or begins to work on it, meanwhile.
    spam = Lead.objects.filter(pk__in=lead_ids, status=Status.SPAM).order_by("id").select_for_update()
    people = dict(spam.values_list("pk", "contact_id"))
    asked = Submission.objects.filter(lead__in=people, spam="").values_list("lead_id", flat=True)
    gone = sorted(people.keys() - set(asked) - pointed_at(Lead, people, but=Submission))
    Submission.objects.filter(lead__in=gone).delete()
    remove_leads(gone)
    contacts = {people[pk] for pk in gone}
    remove(Contact, contacts - pointed_at(Contact, contacts))
    record_all([Happening(Kind.LEAD_DELETED, pk, pk, by) for pk in gone])
    return len(gone)


def remove_leads(lead_ids: Sequence[UUID]) -> None:
    """Remove leads of the account in scope, imported or rid of what they sent; the events go on telling of them."""
    if not lead_ids:
        return
    for farewell in _farewells:
        farewell(lead_ids)
    Notification.objects.filter(lead_id__in=lead_ids).delete()
    remove(Lead, lead_ids)


def remove(model: type[TenantModel], ids: Iterable[UUID]) -> None:
    """Remove rows and, before them, those that point at them; their pending jobs are cancelled."""
    gone: list[UUID] = []
    _remove(model, ids, gone)
    drop_all(gone)


def remove_newer(model: type[TenantModel], since: Mapping[UUID, UUID]) -> None:
    """Remove what points at each parent of `since` and was made after the id beside it (ids are in the order of
    time)."""
    if not since:
        return
    gone: list[UUID] = []
    for child, name in _pointing_at(model):
        if child is not Submission:
            rows = child.objects.filter(**{f"{name}__in": list(since), "pk__gt": min(since.values())})
            found = rows.values_list("pk", name)
            _remove(child, [pk for pk, parent in found if pk > since[parent]], gone)
    drop_all(gone)


def _remove(model: type[TenantModel], ids: Iterable[UUID], gone: list[UUID]) -> None:
    ids = list(ids)
    if not ids:
        return
    for child, name in _pointing_at(model):
        _remove(child, child.objects.filter(**{f"{name}__in": ids}).values_list("pk", flat=True), gone)
    gone += ids
    if model is Submission:
        with connection.cursor() as cursor:  # nobody may delete what arrived, but for what an import brought
            cursor.execute("SELECT withdraw_imported(%s)", [ids])
        return
    model.objects.filter(pk__in=ids)._raw_delete("default")  # its children are gone: nothing to collect


def is_pointed_at(model: type[TenantModel], pk: UUID) -> bool:
    """Whether any row still needs this one."""
    return bool(pointed_at(model, [pk]))


def pointed_at(model: type[TenantModel], ids: Iterable[UUID], but: type[TenantModel] | None = None) -> set[UUID]:
    """Those of the rows that others still need; rows of `but` don't count."""
    ids, found = list(ids), set()
    for child, name in _pointing_at(model):
        if child is not but:
            found |= set(child.objects.filter(**{f"{name}__in": ids}).order_by().values_list(name, flat=True))
    return found


def _pointing_at(model: type[TenantModel]) -> list[tuple[Any, str]]:
    fields: list[Any] = model._meta.get_fields(include_hidden=True)
    return [
        (field.related_model, field.field.name)
        for field in fields
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
    ]
