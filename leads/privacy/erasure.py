"""Erase a person. The rows stay, so that what was counted stays counted; nothing in them tells who it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from events.jobs import schedule
from events.kinds import Kind
from events.models import Job, JobState
from events.record import By, Happening, record_all
from leads.enrichment.asking import digest
from leads.lookup import locks_of
from leads.models import Company, Contact, Erasure, Lead, ProviderAnswer, Status
from leads.names import fold
from leads.privacy.columns import BY_THE_DATABASE, GONE, SHARED, personal
from leads.privacy.holdings import Holdings, holdings, one_person
from leads.privacy.needles import Needles
from tenancy import clock
from tenancy.models import TenantModel

REASON = "The person was erased"
Farewell = Callable[[Holdings], None]
_farewells: list[Farewell] = []


def before_erasure(farewell: Farewell) -> Farewell:
    """Let an app downstream let go of what lies outside its linked rows, such as files."""
    _farewells.append(farewell)
    return farewell


def erase(contact: Contact, *, by: By) -> Erasure:
    """Erase everything that tells who this person is. Open leads are closed first, as disqualified.

    What hangs on the person goes at once; traces elsewhere are searched for by a job, table by table, and the Erasure
    that is returned says how far that is. Kept: that somebody asked and when, the stages a deal went through, amounts.
    Records CONTACT_ERASED on each lead. Safe to repeat: the first Erasure is returned.
    """
    from leads.jobs import search_traces  # the job knows this module

    with transaction.atomic():
        people = one_person(contact)
        _wait_for_arrivals(people)
        before: Erasure | None = Erasure.objects.filter(contact=contact).first()
        if before:
            return before
        _close(people, by)
        found = holdings(contact)
        needles = Needles.of(found)
        forget(found)
        erasure = _keep(contact, needles, by)
        record_all([Happening(Kind.CONTACT_ERASED, contact.pk, pk, by) for pk in sorted(found.get(Lead, set()))])
        schedule(search_traces, erasure.pk, clock.now())
    return erasure


def forget(found: Holdings) -> None:
    """Empty all columns of these rows that may tell of somebody."""
    for farewell in _farewells:
        farewell(found)
    _forget_firms(found)
    _forget_answers(found)
    for model, ids in found.items():
        if model._meta.db_table in GONE:
            model.objects.filter(pk__in=ids)._raw_delete("default")
        elif model._meta.db_table not in BY_THE_DATABASE:
            _blank(model, ids)
    redact([pk for ids in found.values() for pk in ids])
    _quiet_jobs(found)
    now = clock.now()
    Contact.objects.filter(pk__in=found[Contact]).update(company=None, unsubscribed_at=now, erased_at=now)
    Lead.objects.filter(pk__in=found.get(Lead, set())).update(updated_at=now)


def redact(subjects: list[UUID], words: list[str] | None = None) -> None:
    """Empty events and submissions of these rows; take `words` (regular expressions) out of all others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT redact_person(%s::uuid[], %s::text[])", [subjects, words or []])


def _wait_for_arrivals(people: set[UUID]) -> None:
    """The locks that captures of these addresses take: who comes at the same moment comes before or after, whole."""
    addresses = set(Contact.objects.filter(pk__in=people).values_list("email_norm", flat=True)) - {""}
    with connection.cursor() as cursor:
        for key in sorted(locks_of(addresses, ())):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    list(Contact.objects.select_for_update().filter(pk__in=people).order_by("id"))


def _close(people: set[UUID], by: By) -> None:
    for lead in Lead.objects.filter(contact__in=people, status=Status.OPEN).order_by("id"):
        lead.disqualify(reason=REASON, by=by)


def _keep(contact: Contact, needles: Needles, by: By) -> Erasure:
    kept: Erasure = Erasure.objects.create(
        contact=contact, needles=needles.store(), actor_kind=by.kind, actor_id=by.id, actor_name=by.name
    )
    return kept


def _blank(model: type[TenantModel], ids: set[UUID]) -> None:
    columns, rows = personal(model), model._base_manager.filter(pk__in=ids)
    if columns:
        models.QuerySet.update(rows, **columns)
    for name in SHARED.get(model._meta.db_table, ()):
        mine = set(rows.exclude(**{name: ""}).values_list(name, flat=True)) - {REASON}
        others = model._base_manager.filter(**{f"{name}__in": mine}).exclude(pk__in=ids)
        alone = mine - set(others.values_list(name, flat=True))
        models.QuerySet.update(rows.filter(**{f"{name}__in": alone}), **{name: ""})


def _forget_firms(found: Holdings) -> None:
    """A firm is no person, unless it bears the name of this one."""
    people = Contact.objects.filter(pk__in=found[Contact]).exclude(company=None).select_related("company")
    for one in people:
        name = fold(one.last_name or one.name)
        if len(name) > 3 and name in f"{one.company.name_norm} {one.company.domain}":
            Company.objects.filter(pk=one.company_id).update(name="", name_norm="", domain="")


def _forget_answers(found: Holdings) -> None:
    """What providers said is kept by a digest of the address."""
    addresses = Contact.objects.filter(pk__in=found[Contact]).values_list("email_norm", flat=True)
    ProviderAnswer.objects.filter(asked__in=[digest(address) for address in addresses if address]).delete()


def _quiet_jobs(found: Holdings) -> None:
    """The queue holds ids only; what went wrong may quote somebody."""
    jobs: Any = Job.objects.filter(subject_id__in=[pk for held in found.values() for pk in held])
    jobs.exclude(last_error="").update(last_error="Erased.")
    quiet = jobs.filter(state=JobState.PENDING, generation__gt=0)
    quiet.update(state=JobState.CANCELLED, finished_at=clock.now())
