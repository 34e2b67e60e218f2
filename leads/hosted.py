"""The hosted form: a page at /f/<form>/ for people, a door for any website's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import ValidationError

from accounts.caller import address_of
from accounts.problems import TYPE, Problem, problem
from events.models import Actor
from events.record import By
from leads.capture import Captured, Unreachable, capture
from leads.formpage import FormPage
from leads.formpost import TOUCH, consent_shown, facts_of, posted
from leads.models import Form
from leads.puzzle import PUZZLE, puzzle, why_unsolved
from leads.reading import CLICK_IDS
from leads.spam import HONEYPOT, STAMP, is_listed, stamp, why_advert, why_flood, why_foreign, why_spam
from leads.vocabulary import storable
from tenancy import clock
from tenancy.door import NoDoor, through_door

KEPT = [*sorted(CLICK_IDS), "visitor"]  # of the page's own address


@csrf_exempt  # strangers have no session to ride on
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def hosted_form(request: HttpRequest, form_id: str) -> HttpResponse:
    """Show the form, or take what was sent; JSON gets 201, a page goes on to the thanks."""
    try:
        with through_door("form", form_id):
            form = Form.called(form_id)
            return _with_cors(request, form, _answer(request, form))
    except (NoDoor, Form.DoesNotExist):
        raise Http404 from None


def _answer(request: HttpRequest, form: Form) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method != "POST":
        return _page(request, form, FormPage(form, initial=request.GET.dict()))
    try:
        return _take(request, form)
    except (Problem, ValidationError) as refusal:
        body = problem(refusal) | {"instance": request.path}
        return JsonResponse(body, status=refusal.status_code, content_type=TYPE)


def _take(request: HttpRequest, form: Form) -> HttpResponse:
    payload, wants_json = posted(request), _wants_json(request)
    page = FormPage(form, _several(payload) if request.content_type == "application/json" else request.POST)
    if STAMP in payload and not page.is_valid():  # from a form of ours: somebody is there to mend it
        if wants_json:
            raise ValidationError(
                {name: [str(message) for message in messages] for name, messages in page.errors.items()}
            )
        return _page(request, form, page, status=400)
    try:
        with transaction.atomic():  # what is refused leaves its puzzle unspent
            captured = _capture(request, form, payload)
    except Unreachable as error:
        if wants_json:
            raise ValidationError({"contact": [str(error)]}, code="required") from None
        page.add_error(None, "Please leave an e-mail address, a phone number or your name, so that we can answer.")
        return _page(request, form, page, status=400)
    if wants_json:
        arrived = captured.submission.public_id  # the lead's own id would tell strangers whom we knew before
        said = {"id": arrived, "submission": arrived, "thanks": form.thanks}
        return JsonResponse(said | ({"redirect": form.redirect} if form.redirect else {}), status=201)
    thank = form.redirect or reverse("hosted-form-thanks", args=[form.public_id])
    return HttpResponseRedirect(thank, status=303)


def _several(payload: dict[str, Any]) -> MultiValueDict[str, Any]:
    """JSON as a form reads it: one ticked box is a list of one."""
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in payload.items()})


def _capture(request: HttpRequest, form: Form, payload: dict[str, Any]) -> Captured:
    facts, ip = facts_of(payload, form), address_of(request)
    name = str(facts.get("name") or facts.get("email") or "The prospect")
    return capture(
        facts,
        source=form.source,
        channel="form",
        by=By(Actor.PROSPECT, name=storable(name)[:120]),
        ip=ip,
        spam=_why_aside(request, form, payload, ip),
        form=form,
        in_our_words=STAMP in payload,  # our page asked for them
        by_stranger=True,
    )


def _why_aside(request: HttpRequest, form: Form, payload: dict[str, Any], ip: str | None) -> str:
    """The first reason to put it into the spam folder, or ""."""
    now = clock.now()
    # A puzzle is spent by whatever comes with it, also by what is caught elsewhere.
    unsolved = why_unsolved(payload.get(PUZZLE), form.public_id, now) if form.puzzle else ""
    return (
        why_spam(payload, form.public_id, now)
        or why_foreign(request.headers.get("Origin", ""), form.origins, request.get_host())
        or unsolved
        or why_flood(form, ip, now)
        or why_advert({name: value for name, value in payload.items() if name not in TOUCH})
    )


def _wants_json(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return request.content_type == "application/json" or ("json" in accepted and "html" not in accepted)


def _page(request: HttpRequest, form: Form, page: FormPage, status: int = 200) -> HttpResponse:
    data: Mapping[str, Any] = request.GET if request.method != "POST" else request.POST
    shown = set(page.fields)
    context = {
        "form": form,
        "page": page,
        "account": form.account,
        "honeypot": HONEYPOT,
        "stamp": stamp(form.public_id, clock.now()),
        "puzzle": puzzle(form.public_id, clock.now()) if form.puzzle else "",
        "consent_shown": consent_shown(form),
        "kept": {name: str(data[name])[:300] for name in KEPT if name in data and name not in shown},
        "landing_page": data.get("landing_page") or request.build_absolute_uri()[:500],
        "referrer": request.headers.get("Referer", "")[:500] if request.method == "GET" else data.get("referrer", ""),
    }
    response = render(request, "leads/form.html", context, status=status)
    if form.redirect:  # browsers check where a form's answer leads to, too
        target = urlsplit(form.redirect)
        response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}  # type: ignore[attr-defined]
    return response


def _with_cors(request: HttpRequest, form: Form, response: HttpResponse) -> HttpResponse:
    origin = request.headers.get("Origin", "")
    response["Vary"] = "Origin"
    if origin and is_listed(origin, form.origins):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Content-Type, Accept"
        response["Access-Control-Max-Age"] = "600"
    return response


@require_safe
def thanks(request: HttpRequest, form_id: str) -> HttpResponse:
    try:
        with through_door("form", form_id):
            form = Form.called(form_id)
            return render(request, "leads/form_thanks.html", {"form": form, "account": form.account})
    except (NoDoor, Form.DoesNotExist):
        raise Http404 from None
