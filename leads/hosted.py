"""The hosted form: a page at /f/<form>/ for people, a door for any website's form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import ValidationError

from accounts.parsers import MOST
from accounts.problems import TYPE, Problem, problem
from events.models import Actor
from events.record import By
from leads.capture import Captured, Unreachable, capture
from leads.formpage import FormPage
from leads.models import Form
from leads.reading import CLICK_IDS
from leads.spam import HONEYPOT, STAMP, is_listed, stamp, why_foreign, why_spam
from leads.vocabulary import depth
from tenancy import clock
from tenancy.door import NoDoor, through_door

ENCODED = {"application/x-www-form-urlencoded", "multipart/form-data"}
NOT_FACTS = {HONEYPOT, STAMP, "csrfmiddlewaretoken", "agreed"}


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
        return _page(request, form, FormPage(form))
    try:
        return _take(request, form)
    except (Problem, ValidationError) as refusal:
        body = problem(refusal) | {"instance": request.path}
        return JsonResponse(body, status=refusal.status_code, content_type=TYPE)


def _take(request: HttpRequest, form: Form) -> HttpResponse:
    payload = _payload(request)
    wants_json = _wants_json(request)
    page = FormPage(form, payload)
    if STAMP in payload and not wants_json and not page.is_valid():
        return _page(request, form, page, status=400)
    try:
        captured = _capture(request, form, payload)
    except Unreachable as error:
        if wants_json:
            raise ValidationError({"contact": [str(error)]}, code="required") from None
        page.add_error(None, "Please leave an e-mail address, a phone number or your name, so that we can answer.")
        return _page(request, form, page, status=400)
    if wants_json:
        said = {"id": captured.lead.public_id, "submission": captured.submission.public_id, "thanks": form.thanks}
        return JsonResponse(said | ({"redirect": form.redirect} if form.redirect else {}), status=201)
    thank = form.redirect or reverse("hosted-form-thanks", args=[form.public_id])
    return HttpResponseRedirect(thank, status=303)


def _capture(request: HttpRequest, form: Form, payload: dict[str, Any]) -> Captured:
    facts = {name: value for name, value in payload.items() if name not in NOT_FACTS}
    if form.consent_text and "consent" not in facts:
        given = "yes" if payload.get("agreed") else "no"
        facts["consent"] = {"text": form.consent_text, "given": given, "at": clock.now().isoformat()}
    ours, origin = request.get_host(), request.headers.get("Origin", "")
    name = str(facts.get("name") or facts.get("email") or "The prospect")
    return capture(
        facts,
        source=form.source,
        channel="form",
        by=By(Actor.PROSPECT, name=name.replace("\x00", "")[:120]),
        ip=request.META.get("REMOTE_ADDR") or None,
        spam=why_spam(payload, form.public_id, clock.now()) or why_foreign(origin, form.origins, ours),
    )


def _payload(request: HttpRequest) -> dict[str, Any]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        raise Problem(413, "Too large", "At most 64 KB fit into one submission.")
    if request.content_type == "application/json":
        return _json(request.body)
    if request.content_type in ENCODED:
        return {name: _single(request.POST.getlist(name)) for name in list(request.POST)[:100]}
    raise Problem(415, "Unsupported type", "Send application/json or a form.")


def _single(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else ", ".join(values)


def _json(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise ValidationError("This is not JSON.", code="parse_error") from None
    if not isinstance(payload, dict) or depth(payload) > 5 or len(payload) > 100:
        raise ValidationError("An object of at most 100 fields, nested five deep at most, is wanted.")
    return payload


def _wants_json(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return request.content_type == "application/json" or ("json" in accepted and "html" not in accepted)


def _page(request: HttpRequest, form: Form, page: FormPage, status: int = 200) -> HttpResponse:
    data: Mapping[str, Any] = request.GET if request.method != "POST" else request.POST
    context = {
        "form": form,
        "page": page,
        "account": form.account,
        "honeypot": HONEYPOT,
        "stamp": stamp(form.public_id, clock.now()),
        "campaign": {name: str(data[name])[:300] for name in sorted(CLICK_IDS) if name in data},
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
