"""Lead ads: the notice has only an id; the lead is fetched from the advertiser's API.

Meta's Graph API and LinkedIn's lead sync API, as their public documentation describes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from events.outgoing import Answer, Unreachable, fetch
from leads.inbound.outcome import Rejected
from leads.models import Inlet, Protocol
from leads.vocabulary import storable

BASES = {Protocol.META: "https://graph.facebook.com/v23.0", Protocol.LINKEDIN: "https://api.linkedin.com"}
META_FIELDS = "id,created_time,ad_id,ad_name,adset_name,campaign_name,form_id,platform,field_data"
LINKEDIN_VERSION = "202506"
MOST_LEADS = 100

# What the two call the facts that we know; other questions keep their name and may be custom fields.
NAMES = {
    "full_name": "name",
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "work_email": "email",
    "email_address": "email",
    "phone_number": "phone",
    "phone": "phone",
    "work_phone_number": "phone",
    "company_name": "company",
    "company": "company",
    "company_size": "headcount",
    "industry": "industry",
    "job_title": "job_title",
    "country": "country",
    "country_code": "country",
    "website": "website",
    "company_website": "website",
}


class TokenRefused(Exception):
    """The access token is expired, revoked, or may not read leads."""


def leads_of(inlet: Inlet, notice: Any) -> list[dict[str, Any]]:
    """The leads that a notice announces, fetched, as facts. Works outside of transactions.

    Raises TokenRefused, Rejected, or of events.outgoing Forbidden and Unreachable (worth another try).
    """
    readers = {Protocol.META: _meta, Protocol.LINKEDIN: _linkedin}
    if not inlet.access_token:
        raise TokenRefused("There is no access token yet, so the lead can't be fetched.")
    return list(readers[Protocol(inlet.protocol)](inlet, notice))


def base_of(inlet: Inlet) -> str:
    return (inlet.base_url or BASES[Protocol(inlet.protocol)]).rstrip("/")


def _meta(inlet: Inlet, notice: Any) -> Iterator[dict[str, Any]]:
    for lead_id in dict.fromkeys(_leadgen_ids(notice)):
        query = urlencode({"fields": META_FIELDS, "access_token": inlet.access_token})
        found = _json(fetch(f"{base_of(inlet)}/{quote(lead_id, safe='')}?{query}"))
        answers = {
            str(field.get("name")): _joined(field.get("values"))
            for field in _list(found.get("field_data"))
            if isinstance(field, dict)
        }
        names = ("campaign_name", "adset_name", "ad_name", "ad_id", "form_id", "platform")
        yield _facts(answers, lead_id, {name: found[name] for name in names if found.get(name)})


def _leadgen_ids(notice: Any) -> list[str]:
    """The ids in a notice of the page's `leadgen` field; other fields of the page are none of our business."""
    found = [
        change["value"].get("leadgen_id")
        for entry in _list(notice.get("entry") if isinstance(notice, dict) else None)
        for change in _list(entry.get("changes") if isinstance(entry, dict) else None)
        if isinstance(change, dict) and change.get("field") == "leadgen" and isinstance(change.get("value"), dict)
    ]
    return [str(lead_id) for lead_id in found if re.fullmatch(r"\d{1,40}", str(lead_id))][:MOST_LEADS]


def _linkedin(inlet: Inlet, notice: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(notice, dict) or notice.get("leadAction", "CREATED") != "CREATED":
        return
    urn = re.search(r"urn:li:leadGenFormResponse:([\w-]{1,100})", str(notice.get("leadGenFormResponse")))
    if urn is None:
        raise Rejected("The notice names no leadGenFormResponse.")
    response = _linked(inlet, f"leadFormResponses/{quote(urn[1], safe='')}")
    form = re.search(
        r"leadGenForm:(\d{1,40})", str(response.get("versionedLeadGenFormUrn") or notice.get("leadGenForm"))
    )
    questions = _questions(_linked(inlet, f"leadForms/{form[1]}")) if form else {}
    answers = {
        questions.get(str(answer.get("questionId")), f"question_{answer.get('questionId')}"): _answer(answer)
        for answer in _list(_dict(response.get("formResponse")).get("answers"))
        if isinstance(answer, dict)
    }
    yield _facts(answers, urn[1], {"form_id": form[1]} if form else {})


def _linked(inlet: Inlet, path: str) -> dict[str, Any]:
    headers = {
        "Authorization": f"Bearer {inlet.access_token}",
        "LinkedIn-Version": LINKEDIN_VERSION,
        "X-Restli-Protocol-Version": "2.0.0",
    }
    return _json(fetch(f"{base_of(inlet)}/rest/{path}", headers=headers))


def _questions(form: dict[str, Any]) -> dict[str, str]:
    """The name of each question by its id: that of LinkedIn for its own questions, else the one the form gave it."""
    return {
        str(question.get("questionId")): str(question.get("predefinedField") or question.get("name") or "")
        for question in _list(_dict(form.get("content")).get("questions"))
        if isinstance(question, dict)
    }


def _answer(answer: dict[str, Any]) -> Any:
    details = _dict(answer.get("answerDetails"))
    text = _dict(details.get("textQuestionAnswer")).get("answer")
    chosen = _dict(details.get("multipleChoiceAnswer")).get("options")
    return text if text is not None else _joined(chosen)


def _facts(answers: dict[str, Any], lead_id: str, campaign: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"external_id": lead_id, "campaign": campaign}
    for question, answer in answers.items():
        key = re.sub(r"\W+", "_", question.strip().lower())
        facts.setdefault(NAMES.get(key, key), answer)
    return facts


def _json(answer: Answer) -> dict[str, Any]:
    """What an API said. A refused token is told from a busy server, and both from a lead that is not there."""
    if answer.status in (401, 403) or (answer.status == 400 and _code(answer) in (10, 102, 190, 200)):
        raise TokenRefused(f"The access token was refused: {_said(answer)}")
    if answer.status == 429 or answer.status >= 500 or _code(answer) in (1, 2, 4, 17, 32, 341):
        raise Unreachable(f"Answered {answer.status}: {_said(answer)}")
    if not answer.ok:
        raise Rejected(f"The lead can't be fetched: {answer.status} {_said(answer)}")
    found = storable(answer.json())
    if not isinstance(found, dict):
        raise Rejected("The answer is not a lead.")
    return found


def _code(answer: Answer) -> Any:
    return _error(answer).get("code") if answer.status >= 400 else None


def _said(answer: Answer) -> str:
    return str(_error(answer).get("message", ""))[:200]


def _error(answer: Answer) -> dict[str, Any]:
    try:
        body = storable(answer.json())
    except Unreachable:
        return {}
    return _dict(body.get("error")) or body if isinstance(body, dict) else {}


def _joined(values: Any) -> Any:
    return ", ".join(map(str, values)) if isinstance(values, list) else values


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
