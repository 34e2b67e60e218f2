"""Rows that should never have come, removed with everything that hangs on them, in whichever app it lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from events.models import Job, JobState, Notification
from leads.models import Lead, Submission
from tenancy import clock
from tenancy.models import TenantModel

Farewell = Callable[[Sequence[UUID]], None]
_farewells: list[Farewell] = []


def before_removal(farewell: Farewell) -> Farewell:
    """Let an app downstream settle what it holds of leads that are about to go."""
    _farewells.append(farewell)
    return farewell


def remove_leads(lead_ids: Sequence[UUID]) -> None:
    """Remove imported leads of the account in scope; what happened to them stays told in the events."""
    if not lead_ids:
        return
    for farewell in _farewells:
        farewell(lead_ids)
    Notification.objects.filter(lead_id__in=lead_ids).delete()
    remove(Lead, lead_ids)


def remove(model: type[TenantModel], ids: Iterable[UUID]) -> None:
    """Remove rows and, before them, those that point at them; their pending jobs are cancelled."""
    ids = list(ids)
    if not ids:
        return
    for child, name in _pointing_at(model):
        remove(child, child.objects.filter(**{f"{name}__in": ids}).values_list("pk", flat=True))
    Job.objects.filter(subject_id__in=ids, state=JobState.PENDING).update(
        state=JobState.CANCELLED, finished_at=clock.now()
    )
    if model is Submission:
        with connection.cursor() as cursor:  # nobody may delete what arrived, but for what an import brought
            cursor.execute("SELECT withdraw_imported(%s)", [ids])
        return
    model.objects.filter(pk__in=ids)._raw_delete("default")  # its children are gone: nothing to collect


def remove_newer(model: type[TenantModel], parents: Sequence[UUID], since: UUID) -> None:
    """Remove what points at `parents` and was made after `since` (ids are in the order of time)."""
    for child, name in _pointing_at(model):
        if child is not Submission:
            newer = child.objects.filter(**{f"{name}__in": parents, "pk__gt": since})
            remove(child, newer.values_list("pk", flat=True))


def is_pointed_at(model: type[TenantModel], pk: UUID) -> bool:
    """Whether any row still needs this one."""
    return any(child.objects.filter(**{name: pk}).exists() for child, name in _pointing_at(model))


def _pointing_at(model: type[TenantModel]) -> list[tuple[Any, str]]:
    fields: list[Any] = model._meta.get_fields(include_hidden=True)
    return [
        (field.related_model, field.field.name)
        for field in fields
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
    ]
