"""Whoever went into another's lead by a merge is the same person: erased as one."""

from __future__ import annotations

import pytest

from events.drain import drain
from events.record import SYSTEM
from leads.capture import capture
from leads.merging import merge
from leads.models import Contact, Lead, Status
from leads.privacy.erasure import REASON, erase
from pipeline.models import Deal, DealStatus
from tenancy.scope import scope
from workspace.opening import Opened, open_account

ADDRESSES = ("ada@example.com", "adah@other.example")


@pytest.fixture
def acme(transactional_db: None) -> Opened:
    return open_account(name="Acme", email="ada@acme.example", template="it_services")


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_goes_on_working_on_a_merged_person_who_was_erased(acme: Opened, address: str) -> None:
    with scope(acme.account):
        for one in ADDRESSES:
            capture({"name": "Ada King", "email": one}, source=None, channel="api", by=SYSTEM)
    drain()
    with scope(acme.account):
        other, kept = (Lead.objects.get(contact__email_norm=one) for one in ADDRESSES)
        merge(other, kept, by=acme.member.by)
        erase(Contact.objects.get(email_norm=address), by=acme.member.by)
    drain()
    with scope(acme.account):
        kept.refresh_from_db()
        assert (kept.status, kept.disqualified_reason) == (Status.DISQUALIFIED, REASON)
        assert not Deal.objects.filter(status=DealStatus.OPEN).exists()
        assert not Contact.objects.filter(erased_at=None).exists()
