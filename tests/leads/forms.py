"""Forms as the tests of this folder need them."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from leads.models import Form, Submission
from leads.spam import stamp
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_source

ADA = {"name": "Ada King", "email": "ada@example.com", "message": "Hello"}
FIELDS = [
    {"field": "name", "label": "Your name", "required": True},
    {"field": "email", "label": "Work e-mail", "required": True},
    {"field": "message", "label": "In a sentence or two"},
]


def a_form(account: Account, **columns: Any) -> Form:
    """A published form."""
    facts: dict[str, Any] = {"name": "Contact", "title": "Tell us what you need", "fields": FIELDS} | columns
    with scope(account):
        form: Form = Form.objects.create(source=a_source(), **facts)
        form.publish()
    return form


def path(form: Form, more: str = "") -> str:
    return f"/f/{form.public_id}/{more}"


def stamped(form: Form, age: float = 30) -> dict[str, str]:
    """The time trap of a page that was shown `age` seconds ago."""
    return {"t": stamp(form.public_id, clock.now() - timedelta(seconds=age))}


def the_submission(account: Account) -> Submission:
    with scope(account):
        found: Submission = Submission.objects.select_related("lead__contact", "form").get()
        return found


def solved(signed: str) -> str:
    """What a browser would answer."""
    salt, wanted = signed.split(".")[:2]
    number = next(n for n in range(60_000) if sha256(f"{salt}{n}".encode()).hexdigest() == wanted)
    return f"{signed}~{number}"
