"""Pages of firms and people: the lists, one of them with all that belongs to it, and correcting it in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from leads import people
from leads.consent import CHANNELS
from leads.consents import consents
from leads.correcting import FIRM, PERSON, change_company, change_contact
from leads.labels import fact_label
from leads.models import Company, Contact
from leads.privacy import traces
from tenancy.models import get_or_404
from tenancy.paging import BadCursor, page_of

LABELS = {"name": "Name", "domain": "Domain", "headcount": "Size", "country": "Country"}
SHOWN = 100  # leads and people of one firm


@require_GET
@allow(Function.SEE_LEADS)
def companies(request: Any) -> HttpResponse:
    """Firms, each with its leads, newest first."""
    return _list(request, people.companies, people.beside_companies, "leads/companies.html")


@require_GET
@allow(Function.SEE_LEADS)
def contacts(request: Any) -> HttpResponse:
    """People, newest first."""
    return _list(request, people.contacts, people.beside_contacts, "leads/contacts.html")


def _list(request: Any, asked: Callable[..., Any], beside: Callable[..., Any], template: str) -> HttpResponse:
    words = request.GET.get("q", "")
    try:
        page = page_of(asked({"q": words}), order="-created_at", cursor=request.GET.get("cursor", ""))
    except (ValidationError, BadCursor):
        return HttpResponseRedirect(request.path)  # an old or mistyped link: everything, rather than an error
    told = beside([row.pk for row in page.rows])
    context = {"rows": [(row, told[row.pk]) for row in page.rows], "words": words, "page": page}
    return render(request, template, context)


@require_GET
@allow(Function.SEE_LEADS)
def company(request: Any, company_id: str) -> HttpResponse:
    """One firm with its people, its leads and their deals."""
    found: Company = get_or_404(Company, company_id)
    persons = people.contacts({"company": found.public_id}).order_by("-created_at", "-id")
    context = {
        "company": found,
        "facts": [shown(found, name, "company-fact") for name in FIRM],
        "beside": people.beside_companies([found.pk])[found.pk],
        "people": persons[:SHOWN],
        "leads": people.leads_of(company=found)[:SHOWN],
        "may_work": request.member.may(Function.WORK_LEADS),
    }
    return render(request, "leads/company.html", context)


@require_GET
@allow(Function.SEE_LEADS)
def contact(request: Any, contact_id: str) -> HttpResponse:
    """One person with leads and consent; of an erased one only that."""
    found: Contact = get_or_404(Contact, contact_id)
    if found.erased_at:
        return render(request, "leads/erased.html", erased_context(found))
    context = {
        "contact": found,
        "facts": [shown(found, name, "contact-fact") for name in PERSON],
        "leads": people.leads_of(contact=found)[:SHOWN],
        "consents": consents(found),
        "channels": CHANNELS.items(),
        "may_work": request.member.may(Function.WORK_LEADS),
        "may_erase": request.member.may(Function.MANAGE_PRIVACY),
    }
    return render(request, "leads/contact.html", context)


def erased_context(contact: Contact) -> dict[str, Any]:
    """What "leads/erased.html" reads: when, by whom, and how far the search for traces is."""
    return {
        "contact": contact,
        "erasure": contact.erasures.first(),
        "of": len(traces.steps()),
        "leads": people.leads_of(contact=contact)[:SHOWN],
    }


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def company_fact(request: Any, company_id: str, fact: str) -> HttpResponse:
    """One fact of a firm in its place: shown, as an input, or saved."""
    found: Company = get_or_404(Company, company_id)
    return _in_place(request, found, fact, FIRM, "company-fact", change_company)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def contact_fact(request: Any, contact_id: str, person_fact: str) -> HttpResponse:
    """The same of a person."""
    found: Contact = get_or_404(Contact, contact_id)
    return _in_place(request, found, person_fact, PERSON, "contact-fact", change_contact)


def _in_place(request: Any, row: Any, fact: str, known: Any, url: str, change: Callable[..., Any]) -> HttpResponse:
    if fact not in known or getattr(row, "erased_at", None):
        raise Http404
    context: dict[str, Any] = {"fact": shown(row, fact, url), "may_work": True}
    if request.method == "GET":
        part = "shown" if "shown" in request.GET else "input"
        return render(request, f"leads/fact.html#{part}", context)
    try:
        change(row, {fact: request.POST.get("value", "")}, by=request.by)
    except ValidationError as refusal:
        context["error"] = " ".join(refusal.messages)
        context["fact"]["value"] = request.POST.get("value", "")
        return render(request, "leads/fact.html#input", context, status=422)
    row.refresh_from_db()
    return render(request, "leads/fact.html#shown", {"fact": shown(row, fact, url), "may_work": True})


def shown(row: Any, name: str, url: str) -> dict[str, Any]:
    """One line of the facts."""
    value = getattr(row, name)
    return {
        "name": name,
        "label": LABELS.get(name) or fact_label(name),
        "value": "" if value is None else str(value),
        "url": reverse(url, args=[row.public_id, name]),
    }
