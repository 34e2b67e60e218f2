"""Their names, our names."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.record import PROSPECT
from leads.bulk import Row, capture_many
from leads.capture import Unreachable, capture
from leads.mapping import translated, unknown_names
from leads.models import CustomField, Lead, Source
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.leads.test_api_leads import URL, Api

THEIRS = {"Firmenname": "company", "kontakt.mail": "email", "Standorte": "custom.sites", "name": "job_title"}
SENT = {"Firmenname": "Kestrel", "kontakt": {"mail": "a@kestrel.example", "x": 1}, "Standorte": "3", "name": "CTO"}


def test_keys_and_paths_move_and_the_rest_stays() -> None:
    before = deepcopy(SENT)
    ours = translated(SENT, THEIRS)
    assert ours == {
        "company": "Kestrel",
        "email": "a@kestrel.example",
        "custom": {"sites": "3"},
        "job_title": "CTO",
        "kontakt": {"x": 1},
    }
    assert before == SENT


def test_the_first_of_two_that_says_something_counts() -> None:
    mapping = {"a": "email", "b": "email", "c": "email"}
    assert translated({"a": " ", "b": "b@x.example", "c": "c@x.example"}, mapping) == {"email": "b@x.example"}
    assert translated({"email": "own@x.example", "a": ""}, mapping) == {"email": "own@x.example"}


@given(st.dictionaries(st.sampled_from("abc"), st.integers()), st.dictionaries(st.sampled_from("abc.d"), st.just("z")))
def test_nothing_moves_that_nobody_mapped(payload: dict[str, Any], mapping: dict[str, str]) -> None:
    kept = {key: value for key, value in payload.items() if key not in mapping}
    assert kept.items() <= translated(payload, mapping).items()


def test_names_that_are_no_facts_are_found() -> None:
    names = ["email", "custom.sites", "custom.nope", "campaign.utm_source", "consent.text", "source", "shoe_size"]
    assert unknown_names(names, ["sites"]) == ["custom.nope", "source", "shoe_size"]


def a_mapped_source() -> Source:
    CustomField.objects.create(key="sites", label="Sites", type="number")
    return a_source("Fair", "event", mapping=THEIRS, required=["phone", "email"])


@pytest.mark.usefixtures("in_scope")
@pytest.mark.parametrize("named", [True, False])
def test_a_source_has_names_of_its_own(named: bool) -> None:
    source = a_mapped_source()
    payload = SENT | {"source": "Fair"} if named else SENT
    captured = capture(payload, source=None if named else source, channel="api", by=PROSPECT)
    lead = Lead.objects.with_people().get()
    assert (lead.company.name, lead.contact.email_norm, lead.custom) == ("Kestrel", "a@kestrel.example", {"sites": 3})
    assert (lead.contact.job_title, lead.contact.name) == ("CTO", "")
    assert (captured.submission.raw, captured.ignored, captured.incomplete) == (payload, ["kontakt"], ["phone"])
    (again,) = capture_many([Row(SENT)], source=source, channel="api", by=PROSPECT)
    assert again.duplicate_of == lead


@pytest.mark.usefixtures("in_scope")
def test_a_mapping_can_take_the_only_way_to_reach_somebody() -> None:
    source = a_source("Fair", "event", mapping={"name": "message"})
    with pytest.raises(Unreachable):
        capture({"name": "Hello", "source": "Fair"}, source=None, channel="api", by=PROSPECT)
    (outcome,) = capture_many([Row({"name": "Hello"})], source=source, channel="api", by=PROSPECT)
    assert outcome.errors


def test_a_keys_own_source_counts_unless_the_payload_names_another(account: Account) -> None:
    with scope(account):
        a_source("Website")
        fair = a_mapped_source()
        api = Api(a_key(source_id=fair.pk))
    body = api.post(URL, SENT).json()
    assert (body["source"]["name"], body["company"]["name"], body["problems"]) == ("Fair", "Kestrel", [])
    assert api.post(URL, SENT | {"source": "Website", "name": "Ada"}).json()["source"]["name"] == "Website"
    unknown = api.post(URL, SENT | {"source": "Nowhere"}).json()
    assert (unknown["source"]["name"], unknown["problems"][0]["pointer"]) == ("Fair", "/source")
    rows = api.post(f"{URL}batch/", [SENT, SENT | {"source": "Nowhere"}]).json()["results"]
    assert [row["duplicate_of"] for row in rows] == [body["id"]] * 2
    assert rows[1]["problems"][0]["pointer"] == "/source"
