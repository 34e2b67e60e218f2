"""A form for any website by one script tag: `/f/<form>/embed.js`."""

from __future__ import annotations

import json
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from leads.formpage import FormPage
from leads.formpost import consent_shown
from leads.looks import hex_of
from leads.models import Form
from leads.puzzle import puzzle
from leads.reading import CLICK_IDS
from leads.spam import HONEYPOT, stamp
from tenancy import clock
from tenancy.door import NoDoor, through_door

THANKS = "Thank you. We have your request."


@require_safe
def embed_script(request: HttpRequest, form_id: str) -> HttpResponse:
    """The script that draws the form where its tag stands. Fresh each time: it carries the time trap."""
    try:
        with through_door("form", form_id):
            form = Form.called(form_id)
            body = script_of(form, request.build_absolute_uri(reverse("hosted-form", args=[form.public_id])))
    except (NoDoor, Form.DoesNotExist):
        raise Http404 from None
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def script_of(form: Form, action: str) -> str:
    """The whole script. What people wrote stands in it as JSON only, so that none of it is code."""
    now = clock.now()
    context = {
        "form": form,
        "page": FormPage(form),
        "action": action,
        "honeypot": HONEYPOT,
        "stamp": stamp(form.public_id, now),
        "puzzle": puzzle(form.public_id, now) if form.puzzle else "",
        "consent_shown": consent_shown(form),
    }
    told = {
        "id": form.public_id,
        "html": render_to_string("leads/form_embed.html", context),
        "css": f":host {{ --accent: {hex_of(form.accent)}; }}\n{_file('css/embed.css')}",
        "thanks": form.thanks or THANKS,
        "clicks": sorted(CLICK_IDS),
    }
    code = _file("js/embed/solve.js").replace("export ", "") + _file("js/embed/form.js")
    return f"(() => {{\nconst form = {json.dumps(told)};\n{code}}})();\n"


@cache
def _file(name: str) -> str:
    path = settings.BASE_DIR / "static" / name
    return str(path.read_text())
