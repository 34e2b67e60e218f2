"""REST: firms, people, everything that is held about one, and its erasure."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.roles import Function, Scope
from leads import people
from leads.api import people_schemas as schemas
from leads.api.leads import checked, slice_of
from leads.correcting import change_company, change_contact
from leads.models import Company, Contact, Erasure
from leads.people import Beside
from leads.privacy import traces
from leads.privacy.erasure import erase
from leads.privacy.export import export_of
from leads.wire import company_on_wire, contact_on_wire, moment
from tenancy.models import get_or_404
from tenancy.paging import links

SEE = Need(Scope.LEADS_READ, Function.SEE_LEADS)
WORK = Need(Scope.LEADS_WRITE, Function.WORK_LEADS)
PRIVACY = Need(Scope.SETTINGS_WRITE, Function.MANAGE_PRIVACY)


def _filters(**told: str) -> list[OpenApiParameter]:
    return [OpenApiParameter(name, str, description=words) for name, words in told.items()]


@extend_schema(
    operation_id="list_companies",
    parameters=[*_filters(domain="A domain.", name="A name.", q="A beginning, or part of a lead."), LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("CompanyPage", schemas.FirmOut)),
)
@endpoint(GET=SEE)
def companies(request: Request) -> Response:
    """Firms, newest first."""
    page = slice_of(request, people.companies(request.query_params), "-created_at")
    beside = people.beside_companies([row.pk for row in page.rows])
    return _page(request, page, [_company(row, beside[row.pk]) for row in page.rows])


@extend_schema(methods=["GET"], operation_id="read_company", responses=answers(*OF_ONE, ok=schemas.FirmOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_company",
    request=schemas.FIRM_IN,
    responses=answers(*OF_ONE, 413, 415, ok=schemas.FirmOut),
)
@endpoint(GET=SEE, PATCH=WORK)
def company(request: Request, company_id: str) -> Response:
    """One firm. A change scores its open leads again."""
    found: Company = get_or_404(Company, company_id)
    if request.method == "PATCH":
        change_company(found, checked(request.data), by=_by(request))
    return Response(_company(found, people.beside_companies([found.pk])[found.pk]))


@extend_schema(
    operation_id="list_contacts",
    parameters=[*_filters(email="An address.", company="A company's id.", q="Part of a name."), LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("ContactPage", schemas.PersonOut)),
)
@endpoint(GET=SEE)
def contacts(request: Request) -> Response:
    """People, newest first. Who was erased is not among them."""
    page = slice_of(request, people.contacts(request.query_params), "-created_at")
    beside = people.beside_contacts([row.pk for row in page.rows])
    return _page(request, page, [_contact(row, beside[row.pk]) for row in page.rows])


@extend_schema(methods=["GET"], operation_id="read_contact", responses=answers(*OF_ONE, ok=schemas.PersonOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_contact",
    request=schemas.PERSON_IN,
    responses=answers(*OF_ONE, 413, 415, ok=schemas.PersonOut),
)
@endpoint(GET=SEE, PATCH=WORK)
def contact(request: Request, contact_id: str) -> Response:
    """One person."""
    found = the_contact(contact_id)
    if request.method == "PATCH":
        change_contact(found, checked(request.data), by=_by(request))
        found = the_contact(contact_id)
    return Response(_contact(found, people.beside_contacts([found.pk])[found.pk]))


@extend_schema(operation_id="export_contact", responses=answers(*OF_ONE, ok=schemas.ExportOut))
@endpoint(GET=PRIVACY)
def export(request: Request, contact_id: str) -> Response:
    """Everything held about a person, row by row."""
    return Response(export_of(the_contact(contact_id), by=_by(request)))


@extend_schema(methods=["GET"], operation_id="read_erasure", responses=answers(*OF_ONE, ok=schemas.ErasureOut))
@extend_schema(
    methods=["POST"],
    operation_id="erase_contact",
    request=None,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*OF_ONE, *OF_POST, accepted=schemas.ErasureOut),
    description="For good. What hangs on the person goes at once; traces elsewhere are searched for in the background.",
)
@endpoint(GET=PRIVACY, POST=PRIVACY)
@idempotent
def erasure(request: Request, contact_id: str) -> Response:
    found: Contact = get_or_404(Contact, contact_id)
    if request.method == "POST":
        return Response(_erasure(erase(found, by=_by(request))), status=202)
    known = found.erasures.first()
    if known is None:
        raise Http404
    return Response(_erasure(known))


def the_contact(public: str) -> Contact:
    """The person of this account, with the firm; Http404 for any other and for one who was erased."""
    try:
        found: Contact = Contact.objects.filter(erased_at=None).select_related("company").by_public_id(public)
    except Contact.DoesNotExist:
        raise Http404 from None
    return found


def _by(request: Request) -> Any:
    inner: Any = request._request
    return inner.by


def _page(request: Request, page: Any, rows: list[dict[str, Any]]) -> Response:
    return Response(
        links(page, request.build_absolute_uri(request.path), request.query_params.dict()) | {"results": rows}
    )


def _company(row: Company, beside: Beside) -> dict[str, Any]:
    return (company_on_wire(row) or {}) | {
        "country": row.country or None,
        "people": beside.people,
        "leads": beside.leads,
        "open_leads": beside.open,
        "owner": beside.owner and {"id": beside.owner.public_id, "name": beside.owner.name},
        "created_at": moment(row.created_at),
    }


def _contact(row: Contact, beside: Beside) -> dict[str, Any]:
    return contact_on_wire(row) | {
        "company": company_on_wire(row.company),
        "leads": beside.leads,
        "open_leads": beside.open,
        "newest_lead": beside.newest and beside.newest.public_id,
        "unsubscribed_at": moment(row.unsubscribed_at),
        "created_at": moment(row.created_at),
    }


def _erasure(row: Erasure) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "contact": row.contact.public_id,
        "state": "done" if row.finished_at else "running",
        "done": row.done,
        "of": len(traces.steps()),
        "asked_at": moment(row.asked_at),
        "finished_at": moment(row.finished_at),
    }
