"""One question to one provider, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from events import outgoing
from leads.domains import is_disposable
from leads.enrichment.mapping import mapped
from leads.vocabulary import storable

if TYPE_CHECKING:
    from leads.models import Lead, Provider

SECONDS = 3.0
KNOWS_NOTHING = frozenset({204, 404, 410, 422})


class NoAnswer(Exception):
    """The provider failed. `str()` says how, without the address, in which secrets may stand."""


@dataclass(frozen=True)
class Question:
    """What is asked about a lead: `domain` or `email`, whichever the provider's address has a place for."""

    url: str
    asked: str  # a digest of what stands in the place
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    mapping: dict[str, str] = field(default_factory=dict)


def question(provider: Provider, *, domain: str, email: str) -> Question | None:
    """The question, or None when the lead does not have what the provider is asked by."""
    values = {"domain": domain, "email": email}
    wanted = [name for name in values if f"{{{name}}}" in provider.url]
    if not wanted or not all(values[name] for name in wanted):
        return None
    url = provider.url
    for name in wanted:
        url = url.replace(f"{{{name}}}", quote(values[name], safe=""))
    return Question(url, digest(*(values[name] for name in wanted)), provider.headers, dict(provider.mapping))


def question_about(provider: Provider, lead: Lead) -> Question | None:
    """The same for a lead: its firm's domain, its contact's address unless it is thrown away after use."""
    email = lead.contact.email_norm
    lasting = "" if is_disposable(email.rpartition("@")[2]) else email
    return question(provider, domain=lead.company.domain if lead.company else "", email=lasting)


def digest(*values: str) -> str:
    return sha256("\0".join(values).casefold().encode()).hexdigest()


def ask(asked: Question) -> dict[str, Any]:
    """The provider's facts, none if it knows nothing; 3 seconds at most. Raises NoAnswer."""
    return mapped(answer_to(asked), asked.mapping)


def answer_to(asked: Question) -> Any:
    """What the provider sends back, as plain data; None if it knows nothing. Raises NoAnswer."""
    try:
        answer = outgoing.fetch(asked.url, headers=asked.headers, seconds=SECONDS)
        if answer.status in KNOWS_NOTHING:
            return None
        if not answer.ok:
            raise NoAnswer(f"It answered with status {answer.status}.")
        return storable(answer.json())
    except (outgoing.Forbidden, outgoing.Unreachable) as error:
        raise NoAnswer(str(error)[:280]) from None
