"""Leads that go before what follows from them is done."""

from __future__ import annotations

import pytest

from events import drain
from events.models import Job
from events.record import SYSTEM
from leads.bulk import Row, capture_many
from leads.models import Lead
from leads.removal import remove_leads
from tenancy.scope import scope
from tests.factories import a_source
from workspace.opening import open_account

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_goes_before_its_jobs_ran_leaves_nothing_that_fails() -> None:
    account = open_account(name="Acme", email="ada@acme.example", template="it_services").account
    rows = [Row({"name": f"Person {n}", "email": f"person{n}@firm{n}.example"}) for n in range(30)]
    with scope(account):
        made = [
            one.lead.pk
            for one in capture_many(rows, source=a_source("API", "api"), channel="import", by=SYSTEM)
            if one.lead
        ]
        remove_leads(made[:29])
    drain.drain_inside()
    with scope(account):
        failed = Job.objects.exclude(last_error="").values_list("kind", "last_error")
        assert not list(failed)
        left = Lead.objects.get(pk=made[29])
        assert left.score is not None
        assert left.owner_id
