"""Everything that hangs on a person, found by introspection, so that a table added tomorrow is covered tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from leads.models import Contact, Lead, Merge, Stakeholder
from tenancy.models import TenantModel

Holdings = dict[type[TenantModel], set[UUID]]
# Columns without a foreign key that nevertheless say whose a row is.
PLAIN = (("lead_id", Lead), ("contact_id", Contact))


def holdings(contact: Contact) -> Holdings:
    """Ids of all rows about this person by table: along the foreign keys, and by plain columns such as `lead_id`."""
    found: Holdings = {}
    people = one_person(contact)
    _collect(Contact, people, found)
    _collect(Stakeholder, _elsewhere(people), found)
    for model in tenant_models():
        columns = {field.attname for field in model._meta.concrete_fields if not field.is_relation}
        for name, target in PLAIN:
            if name in columns:
                rows = model.objects.filter(**{f"{name}__in": found.get(target, set())})
                _collect(model, set(rows.values_list("pk", flat=True)), found)
    return found


def tenant_models() -> list[type[TenantModel]]:
    """All tables of an account, those of later apps included, by name."""
    models = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    return sorted(models, key=lambda model: model._meta.db_table)


def one_person(contact: Contact) -> set[UUID]:
    """The contact and those whose leads were merged with his or hers: it is the same person."""
    people, newest = {contact.pk}, {contact.pk}
    while newest:
        merges = Merge.objects.standing().filter(Q(lead__contact__in=newest) | Q(other__contact__in=newest))
        pairs = merges.values_list("lead__contact", "other__contact")
        newest = {person for pair in pairs for person in pair} - people
        people |= newest
    return people


def _elsewhere(people: set[UUID]) -> set[UUID]:
    """Where the same address is noted on the buying side of somebody else's lead."""
    addresses = Contact.objects.filter(pk__in=people).exclude(email_norm="").values_list("email_norm", flat=True)
    same = Q(pk=None)
    for address in addresses:
        same |= Q(email__iexact=address)
    return set(Stakeholder.objects.filter(same).values_list("pk", flat=True))


def _collect(model: type[TenantModel], ids: set[UUID], found: Holdings) -> None:
    new = ids - found.get(model, set())
    if not new:
        return
    found.setdefault(model, set()).update(new)
    for child, name in _pointing_at(model):
        rows = child.objects.filter(**{f"{name}__in": new})
        _collect(child, set(rows.values_list("pk", flat=True)), found)


def _pointing_at(model: type[TenantModel]) -> Iterator[tuple[type[TenantModel], str]]:
    fields: list[Any] = model._meta.get_fields(include_hidden=True)
    for field in fields:
        if field.auto_created and not field.concrete and issubclass(field.related_model, TenantModel):
            yield field.related_model, field.field.name
