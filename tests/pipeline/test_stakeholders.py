"""Strong fit and intent with weak authority is a task to map the stakeholders, once, whatever the total."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from events import drain
from events.models import Event
from leads.models import Lead
from leads.timeline import entry
from pipeline.models import Task
from scoring.defaults import publish_default_model
from scoring.jobs import score_leads
from scoring.models import Signal
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db(transaction=True)
KESTREL: dict[str, Any] = {
    "industry": "Logistics",
    "headcount": 180,
    "country": "DE",
    "message": "Please send us a quote for a desk that answers day and night at all three sites.",
}


@pytest.mark.parametrize(("title", "tasks"), [("Clerk", 1), ("", 1), ("Head of IT", 0)])
def test_who_cannot_decide_gets_a_map_of_those_who_can(cast: SimpleNamespace, title: str, tasks: int) -> None:
    with scope(cast.account):
        publish_default_model(cast.account, {"industries": ["Logistics"], "countries": ["DE"]})
        lead = a_lead(**KESTREL, job_title=title, owner=cast.rita)
        Signal.objects.create(lead=lead, kind="download", occurred_at=clock.now())
        score_leads([lead.pk])
        score_leads([lead.pk])
    drain.drain_inside()
    with scope(cast.account):
        found = list(Task.objects.values_list("title", "member_id"))
        assert found == [("Map the stakeholders: who decides, who pays, who signs?", cast.rita.pk)] * tasks
        assert {entry(event).title for event in Event.objects.all()} >= ({"Who decides?"} if tasks else set())


def test_weak_intent_asks_for_nothing(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        publish_default_model(cast.account, {"industries": ["Logistics"], "countries": ["DE"]})
        score_leads([a_lead(**KESTREL | {"message": "Hello"}).pk])
    drain.drain_inside()
    with scope(cast.account):
        assert Lead.objects.get().fit >= 60
        assert not Task.objects.exists()
