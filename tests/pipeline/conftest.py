"""A lead with something of everything on its desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def desk(cast: SimpleNamespace, client: Client, settings: Any, tmp_path: Any) -> Iterator[SimpleNamespace]:
    """Rita looks at her lead's page."""
    from pipeline.comments import add_comment
    from pipeline.meetings import book_meeting
    from pipeline.objections import raise_objection
    from pipeline.tasks import add_task
    from tenancy import clock
    from tenancy.scope import scope
    from tests.factories import a_lead

    settings.MEDIA_ROOT = tmp_path
    with scope(cast.account):
        cast.lead = a_lead(owner=cast.rita, name="Jonas Weidmann", company="Kestrel", email="jonas@kestrel.example")
        cast.task = add_task(cast.lead, "Call", by=cast.rita.by, due_at=clock.now())
        cast.objection = raise_objection(cast.lead, text="Too dear", by=cast.rita.by)
        cast.meeting = book_meeting(cast.lead, starts_at=clock.now() - timedelta(hours=1), by=cast.rita.by)
        cast.person = cast.lead.add_stakeholder(name="Birgit", role="finance", by=cast.rita.by)
        cast.comment = add_comment(cast.lead, "Hm", by=cast.rita.by)
    cast.url = f"/acme/leads/{cast.lead.public_id}/"
    client.force_login(cast.rita.user)
    client.defaults["HTTP_HX_REQUEST"] = "true"
    return cast
