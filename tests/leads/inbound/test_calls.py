"""A telephone system's clock is believed as far as calendars go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from leads.models import Activity, Lead, Protocol
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.inbound.stage import an_inlet, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("began", ["0001-01-01T00:00:00+14:00", -62135596800, "0001-01-01", -1e12, "1066-10-14T09:00"])
def test_a_call_from_before_the_telephone_began_now(
    client: Client, account: Account, cast: SimpleNamespace, began: Any
) -> None:
    Account.objects.filter(pk=account.pk).update(time_zone="America/New_York")
    call = {"caller": "+442071838750", "start_time": began, "status": "answered", "duration": 60}
    assert send(an_inlet(account, Protocol.CALLS), call).json()["state"] == "done"
    with scope(account):
        lead, activity = Lead.objects.get(), Activity.objects.get()
    assert activity.occurred_at.year > 2000
    client.force_login(cast.ada.user)
    assert client.get(f"/acme/leads/{lead.public_id}/").status_code == 200
