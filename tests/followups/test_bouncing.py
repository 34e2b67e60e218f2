"""An address that does not exist gets no more mail."""

from __future__ import annotations

import pytest

from events.kinds import Kind
from events.record import SYSTEM, record
from followups.bouncing import suppress
from followups.models import Enrolment, Suppression
from tenancy.models import Account
from tests.followups.stage import an_enrolled

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("hard", [True, False])
def test_a_bounce_for_good_ends_what_was_planned(cadences: Account, hard: bool) -> None:
    enrolment = an_enrolled(email="jonas@kestrel.example")
    contact = enrolment.lead.contact
    record(Kind.MAIL_BOUNCED, contact, by=SYSTEM, address=contact.email_norm, hard=hard)

    suppress([contact.pk])
    suppress([contact.pk])

    assert Suppression.objects.count() == (1 if hard else 0)
    assert bool(Enrolment.objects.get(pk=enrolment.pk).ended_at) == hard
