"""An account with everything at work: what is captured here gets its score, owner, deal and cadence. A plugin."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from leads.models import Lead
    from workspace.opening import Opened


@pytest.fixture
def acme(transactional_db: None) -> Opened:
    from workspace.opening import open_account

    return open_account(name="Acme", email="ada@acme.example", template="it_services")


@pytest.fixture
def by(acme: Opened) -> Any:
    return acme.member.by


@pytest.fixture
def within(acme: Opened) -> Callable[[], Any]:
    """Enters the account's scope; what happens inside is committed, and what follows from it done afterwards."""
    from tests.leads.merging.settled import Settled

    return lambda: Settled(acme)


@pytest.fixture
def ask(acme: Opened, within: Any) -> Callable[..., Lead]:
    """Somebody asks; answers the lead, worked on as far as the system goes by itself."""

    from leads.capture import capture
    from leads.models import Source

    def asked(email: str, **facts: Any) -> Lead:
        with within():
            captured = capture(
                {"name": "Ada King", "email": email, "message": "Hello"} | facts,
                source=Source.objects.order_by("id").first(),
                channel="api",
                by=acme.member.by,
            )
        return captured.lead

    return asked


@pytest.fixture
def two(ask: Any, within: Any, by: Any) -> SimpleNamespace:
    """One person under two addresses: both leads are owned, scored, and worked on a deal of their own."""
    kept = ask("ada@example.com", job_title="CTO", company="Example", message="A first question")
    wish = {"budget": "50k", "timeline_days": 20, "message": "Urgent: please call about a demo"}
    firm = {"company": "Example", "industry": "it_services", "headcount": 240, "country": "GB", "job_title": "CTO"}
    other = ask("a.king@example.com", phone="+44 20 7183 8750", **wish, **firm)
    with within():  # the second told us more about the firm of both: the first is scored by it, too
        kept.log_activity(kind="note", body="Looked at their website", by=by)
    return SimpleNamespace(kept=kept, other=other)


@pytest.fixture
def anew(acme: Opened) -> Callable[[Lead], Lead]:
    """Reads a lead again, inside the scope of the account."""

    from leads.models import Lead
    from tenancy.scope import scope

    def read(lead: Lead) -> Lead:
        with scope(acme.account):
            found: Lead = Lead.objects.with_people().get(pk=lead.pk)
        return found

    return read
