"""What goes by our names already is not mapped again by its source: not by hand, in a table, a webhook or our form."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events.drain import drain
from events.record import PROSPECT
from leads.bulk import Row, capture_many
from leads.capture import capture
from leads.mapping import names_beside
from leads.models import CustomField, Inlet, Lead, Source
from leads.spam import STAMP, stamp
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.leads.forms import a_form
from tests.leads.imports.files import a_csv
from tests.leads.imports.test_api import post
from tests.leads.inbound.stage import an_inlet, send
from tests.leads.test_mapping import SENT, THEIRS

EMAIL = "ada@kestrel.example"
ADA = {"name": "Ada King", "email": EMAIL}


@pytest.fixture
def fair(account: Account) -> Source:
    """Its senders say `name` where they mean a title."""
    with scope(account):
        CustomField.objects.create(key="sites", label="Sites", type="number")
        return a_source("Fair", "event", mapping=THEIRS)


def person(account: Account, email: str = EMAIL) -> tuple[str, str, dict[str, Any]]:
    """Name, title and own facts of the lead with this address."""
    with scope(account):
        lead = Lead.objects.with_people().get(contact__email_norm=email)
    return lead.contact.name, lead.contact.job_title, lead.custom


def test_the_rest_of_a_mapping_is_about_names_that_are_not_ours() -> None:
    assert names_beside(THEIRS) == {name: fact for name, fact in THEIRS.items() if name != "name"}
    assert names_beside({"custom.a": "email", "campaign.x": "product", "company": "name"}) == {}


@pytest.mark.django_db
def test_one_and_many_are_read_alike(account: Account, fair: Source) -> None:
    with scope(account):
        capture(ADA | {"Standorte": "3"}, source=fair, channel="x", by=PROSPECT, in_our_words=True)
        row = Row(ADA | {"Standorte": "3", "email": "bo@kestrel.example"})
        capture_many([row], source=fair, channel="x", by=PROSPECT, in_our_words=True)
    assert person(account) == person(account, "bo@kestrel.example") == ("Ada King", "", {"sites": 3})


@pytest.mark.django_db
def test_a_lead_added_by_hand_keeps_its_name(account: Account, cast: SimpleNamespace, fair: Source) -> None:
    client = Client()
    client.force_login(cast.ada.user)
    assert client.post(f"/{account.slug}/leads/", ADA | {"from_source": str(fair.pk)}).status_code == 302
    assert person(account) == ("Ada King", "", {})


@pytest.mark.django_db(transaction=True)
def test_a_row_of_a_table_keeps_its_name(account: Account, fair: Source) -> None:
    with scope(account):
        key = a_key()
    table = a_csv([["Name", "E-mail", "Lead source", "Standorte"], ["Ada King", EMAIL, "Fair", "4"]])
    assert post(key, table).status_code == 202
    drain()
    assert person(account) == ("Ada King", "", {"sites": 4})


@pytest.mark.django_db
@pytest.mark.parametrize("mapped", [True, False])
def test_a_webhooks_own_mapping_comes_first(account: Account, fair: Source, mapped: bool) -> None:
    inlet = an_inlet(account, mapping={"name": "who", "email": "mail"} if mapped else {})
    with scope(account):
        Inlet.objects.filter(pk=inlet.pk).update(source=fair)
    send(inlet, {"who": "Ada King", "mail": EMAIL} if mapped else SENT | {"kontakt": {"mail": EMAIL}})
    assert person(account)[:2] == (("Ada King", "") if mapped else ("", "CTO"))


@pytest.mark.django_db
@pytest.mark.parametrize("ours", [True, False])
def test_a_form_of_ours_asks_in_our_words_and_another_websites_in_theirs(
    account: Account, fair: Source, ours: bool
) -> None:
    form = a_form(account)
    with scope(account):
        type(form).objects.filter(pk=form.pk).update(source=fair)
    shown = {STAMP: stamp(form.public_id, clock.now() - timedelta(minutes=1))} if ours else {}
    sent = Client().post(f"/f/{form.public_id}/", ADA | {"message": "Hello"} | shown, HTTP_ACCEPT="application/json")
    assert sent.status_code == 201, sent.content
    assert person(account)[:2] == (("Ada King", "") if ours else ("", "Ada King"))
