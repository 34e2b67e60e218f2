"""Lead ads: the notice has only an id; the lead is fetched from the advertiser's API.

Checked against the public documentation:

- Meta's notice and the lead's fields: https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving/
- Meta's errors: https://developers.facebook.com/docs/graph-api/using-graph-api/error-handling/
- Meta's limits: https://developers.facebook.com/docs/graph-api/overview/rate-limiting/
- Meta's proof that a token is used by its app: https://developers.facebook.com/docs/graph-api/securing-requests/
- LinkedIn's notice, lead and form: https://learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from events.outgoing import Answer, Unreachable, fetch
from leads.inbound.outcome import Rejected
from leads.models import Inlet, Protocol
from leads.vocabulary import storable

BASES = {Protocol.META: "https://graph.facebook.com/v23.0", Protocol.LINKEDIN: "https://api.linkedin.com"}
META_FIELDS = "id,created_time,ad_id,ad_name,adset_name,campaign_name,form_id,platform,field_data"
LINKEDIN_VERSION = "202606"  # each is served for about a year
MOST_LEADS = 100
# Meta's own numbers: the token or what it may see; and what passes by itself, limits of business use cases included.
NO_TOKEN = frozenset({10, 102, 190, *range(200, 300)})
PASSING = frozenset({1, 2, 4, 17, 32, 341, 368, 613, *range(80_000, 80_015)})

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
    "work_phone": "phone",
    "company_size": "headcount",
    "industry": "industry",
    "job_title": "job_title",
    "country": "country",
    "country_code": "country",
    "country_region": "country",
    "seniority": "seniority",
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
    token = inlet.access_token
    # Apps may demand it: who stole the token alone has no use of it.
    proof = hmac.digest(inlet.secret.encode(), token.encode(), "sha256").hex()
    query = urlencode({"fields": META_FIELDS, "access_token": token, "appsecret_proof": proof})
    for lead_id in dict.fromkeys(_leadgen_ids(notice)):
        found = _json(fetch(f"{base_of(inlet)}/{quote(lead_id, safe='')}?{query}"))
        answers = {
            str(asked.get("name")): _joined(asked.get("values"))
            for asked in _list(found.get("field_data"))
            if isinstance(asked, dict)
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
    answers: dict[str, Any] = {}
    for answer in _list(_dict(response.get("formResponse")).get("answers")):
        if isinstance(answer, dict):
            number = str(answer.get("questionId"))
            asked = questions.get(number, Asked(f"question_{number}"))
            answers[asked.name] = _answer(answer, asked)
    yield _facts(answers, urn[1], {"form_id": form[1]} if form else {})


def _linked(inlet: Inlet, path: str) -> dict[str, Any]:
    headers = {
        "Authorization": f"Bearer {inlet.access_token}",
        "LinkedIn-Version": LINKEDIN_VERSION,
        "X-Restli-Protocol-Version": "2.0.0",
    }
    return _json(fetch(f"{base_of(inlet)}/rest/{path}", headers=headers))


@dataclass(frozen=True)
class Asked:
    """A question of a form: LinkedIn's name for its own ones, else the form's; `options` by their id."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)


def _questions(form: dict[str, Any]) -> dict[str, Asked]:
    return {
        str(question.get("questionId")): Asked(
            str(question.get("predefinedField") or question.get("name") or ""), _options(question)
        )
        for question in _list(_dict(form.get("content")).get("questions"))
        if isinstance(question, dict)
    }


def _options(question: dict[str, Any]) -> dict[str, str]:
    details = _dict(_dict(question.get("questionDetails")).get("multipleChoiceQuestionDetails"))
    options = [option for option in _list(details.get("options")) if isinstance(option, dict)]
    return {str(option.get("id")): _words(option) for option in options}


def _words(option: dict[str, Any]) -> str:
    localized = _dict(_dict(option.get("text")).get("localized"))
    return str(option.get("label") or next(iter(localized.values()), option.get("id")))


def _answer(answer: dict[str, Any], asked: Asked) -> Any:
    details = _dict(answer.get("answerDetails"))
    text = _dict(details.get("textQuestionAnswer")).get("answer")
    chosen = _list(_dict(details.get("multipleChoiceAnswer")).get("options"))
    return text if text is not None else _joined([asked.options.get(str(one), one) for one in chosen])


def _facts(answers: dict[str, Any], lead_id: str, campaign: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"external_id": lead_id, "campaign": campaign}
    for question, answer in answers.items():
        key = re.sub(r"\W+", "_", question.strip().lower())
        facts.setdefault(NAMES.get(key, key), answer)
    return facts


def _json(answer: Answer) -> dict[str, Any]:
    """What an API said. A refused token is told from a busy server, and both from a lead that is not there."""
    passing = _code(answer) in PASSING
    if not passing and (answer.status in (401, 403) or _code(answer) in NO_TOKEN):
        raise TokenRefused(f"The access token was refused: {_said(answer)}")
    if passing or answer.status == 429 or answer.status >= 500:
        raise Unreachable(f"Answered {answer.status}: {_said(answer)}")
    if not answer.ok:
        raise Rejected(f"The lead can't be fetched: {answer.status} {_said(answer)}")
    found = storable(answer.json())
    if not isinstance(found, dict):
        raise Rejected("The answer is not a lead.")
    return found


def _code(answer: Answer) -> int | None:
    code = _error(answer).get("code") if answer.status >= 400 else None
    return code if isinstance(code, int) else None


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
