"""An account's own fields: made once, kept for good, and everywhere a built-in fact is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.capture import capture
from leads.listing import listed
from leads.models import CustomField, FieldType, Lead
from leads.own_inputs import input_of
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source

LISTS = {FieldType.CHOICE, FieldType.CHOICES}


def a_field(label: str = "Region", type: str = "choice", choices: Any = ("North", "South"), **more: Any) -> CustomField:
    return CustomField.add(label=label, type=type, choices=choices if type in LISTS else (), by=SYSTEM, **more)


def flaws(refusal: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return refusal.value.message_dict


@pytest.mark.usefixtures("in_scope")
def test_a_key_is_made_of_the_label_and_stays(cast: SimpleNamespace) -> None:
    field = CustomField.add(label=" Größe  der Halle ", type="number", by=cast.ada.by)
    assert (field.key, field.label, field.name) == ("groe_der_halle", "Größe der Halle", "custom.groe_der_halle")
    field.change(label="Hall", by=cast.ada.by)
    assert CustomField.objects.get().key == "groe_der_halle"
    assert [event.body["what"] for event in Event.objects.filter(kind=Kind.FIELD_CHANGED).order_by("id")] == [
        "added",
        "changed",
    ]


@pytest.mark.usefixtures("in_scope")
@pytest.mark.parametrize(
    ("said", "column", "words"),
    [
        ({"label": "E-mail", "key": "email"}, "key", "built-in"),
        ({"label": "Company"}, "label", "built-in"),
        ({"label": "Anything", "key": "UTM_source"}, "key", "built-in"),
        ({"label": "Region"}, "label", "already"),
        ({"label": "New", "key": "region"}, "key", "already"),
        ({"label": "New", "key": "a b"}, "key", "letters, digits"),
        ({"label": "New", "key": "x" * 41}, "key", "letters, digits"),
        ({"label": "日本"}, "label", "letters, digits"),
        ({"label": " "}, "label", "1 to 80"),
        ({"label": "x" * 81}, "label", "1 to 80"),
        ({"label": "New", "type": "poem"}, "type", "One of these"),
        ({"label": "New", "type": "choice", "choices": [" "]}, "choices", "at least one"),
        ({"label": "New", "type": "text", "choices": ["a"]}, "choices", "Only lists"),
        ({"label": "New", "type": "choices", "choices": ["a, b"]}, "choices", "commas"),
        ({"label": "New", "type": "choice", "choices": ["x" * 81]}, "choices", "80 characters"),
        ({"label": "New", "type": "choice", "choices": [str(n) for n in range(101)]}, "choices", "100 choices"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_input(said: dict[str, Any], column: str, words: str) -> None:
    a_field()
    with pytest.raises(ValidationError) as refusal:
        CustomField.add(**{"type": "text", "by": SYSTEM, **said})
    assert words in flaws(refusal)[column][0]


@pytest.mark.usefixtures("in_scope")
def test_choices_are_tidied_and_those_that_leads_have_stay() -> None:
    one = a_field(choices=[" North ", "north", "", "South", "West"])
    several = a_field("Sites", "choices", ["A", "B"])
    assert one.choices == ["North", "South", "West"]
    a_lead(custom={"region": "South", "sites": ["A"]})

    one.change(choices=["South", "East"], by=SYSTEM)
    assert CustomField.objects.get(pk=one.pk).choices == ["South", "East"]
    for field, without in ((one, ["East"]), (several, ["B"])):
        with pytest.raises(ValidationError, match="stays: a lead has it"):
            field.change(choices=without, by=SYSTEM)
    assert CustomField.objects.get(pk=several.pk).choices == ["A", "B"]


@pytest.mark.usefixtures("in_scope")
def test_the_order_is_the_accounts() -> None:
    fields = [a_field(label, "text") for label in ("One", "Two", "Three")]
    fields[2].move(-2, by=SYSTEM)
    fields[0].move(9, by=SYSTEM)
    fields[1].move(-9, by=SYSTEM)
    assert [field.label for field in CustomField.objects.live()] == ["Two", "Three", "One"]


def test_an_archived_field_is_not_offered_and_nothing_is_lost(in_scope: Account) -> None:
    field = a_field("Sites", "number")
    assert field.archive(by=SYSTEM)
    assert not field.archive(by=SYSTEM)
    assert not CustomField.objects.live().exists()

    captured = capture({"email": "a@b.example", "sites": 3}, source=a_source(), channel="api", by=SYSTEM)

    assert Lead.objects.get(pk=captured.lead.pk).custom == {"sites": 3}
    with pytest.raises(ValidationError, match="already"):
        a_field("Sites", "text")
    assert field.restore(by=SYSTEM)
    assert not field.restore(by=SYSTEM)
    assert CustomField.objects.live().get() == field


KINDS = {
    "text": ("North wing", "North wing"),
    "number": ("1.234,5", 1234.5),
    "money": ("25k USD", {"minor": 2_500_000, "currency": "USD"}),
    "date": ("15.03.2026", "2026-03-15"),
    "choice": ("north", "North"),
    "choices": ("south, North", ["South", "North"]),
    "boolean": ("ja", True),
    "url": ("https://example.com/x", "https://example.com/x"),
}
NONSENSE = {
    "number": "many",
    "money": "a lot",
    "date": "soon",
    "choice": "Up",
    "choices": "North, Up",
    "boolean": "maybe",
    "url": "javascript:alert(1)",
}


@pytest.mark.usefixtures("in_scope")
@pytest.mark.parametrize("kind", FieldType.values)
def test_every_type_is_read_at_capture_and_by_hand(kind: str) -> None:
    field = a_field("Own", kind)
    typed, kept = KINDS[kind]

    captured = capture({"name": "Jonas", "own": typed}, source=a_source(), channel="api", by=SYSTEM)

    lead = Lead.objects.get(pk=captured.lead.pk)
    assert (lead.custom, captured.problems, captured.ignored) == ({"own": kept}, [], [])
    lead.change({field.name: None}, by=SYSTEM)
    assert Lead.objects.get(pk=lead.pk).custom == {}
    lead.change({field.name: typed}, by=SYSTEM)
    assert Lead.objects.get(pk=lead.pk).custom == {"own": kept}


@pytest.mark.usefixtures("in_scope")
@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_is_kept_aside_at_capture_and_refused_by_hand(kind: str) -> None:
    field = a_field("Own", kind)

    captured = capture({"name": "Jonas", "own": NONSENSE[kind]}, source=a_source(), channel="api", by=SYSTEM)

    assert captured.lead.custom == {}
    assert [problem["pointer"] for problem in captured.problems] == ["/own"]
    assert captured.submission.raw["own"] == NONSENSE[kind]
    with pytest.raises(ValidationError):
        captured.lead.change({field.name: NONSENSE[kind]}, by=SYSTEM)
    with pytest.raises(ValidationError):
        input_of(field).clean(NONSENSE[kind].split(", ") if kind == "choices" else NONSENSE[kind])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8))
def test_tidied_choices_stay_as_they_are(choices: list[str]) -> None:
    field = CustomField(key="own", label="Own", type="choice")
    try:
        once = field.checked_choices(choices)
    except ValidationError:
        assert not any(" ".join(choice.split()) for choice in choices)
        return
    assert field.checked_choices(once) == once
    assert len({choice.casefold() for choice in once}) == len(once)


@pytest.mark.usefixtures("in_scope")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"custom.region": "North"}, ["A"]),
        ({"custom.sites": "B,C"}, ["A", "B"]),
        ({"custom.signed": "true"}, ["A"]),
        ({"custom.signed": "false"}, ["B"]),
        ({"custom.fee": "250"}, ["B"]),
        ({"custom.floors": "3"}, ["A"]),
        ({"custom.region": "North", "custom.floors": "4"}, []),
        ({"custom.nothing": "x"}, ["A", "B"]),
    ],
)
def test_lists_are_filtered_by_own_fields(query: dict[str, str], found: list[str]) -> None:
    a_field()
    a_field("Sites", "choices", ["A", "B", "C"])
    a_field("Signed", "boolean")
    a_field("Fee", "money")
    a_field("Floors", "number")
    a_lead(name="A", custom={"region": "North", "sites": ["A", "B"], "signed": True, "floors": 3})
    a_lead(name="B", custom={"sites": ["C"], "signed": False, "fee": {"minor": 25000, "currency": "EUR"}})

    assert sorted(str(lead) for lead in listed(query)) == found


@pytest.mark.usefixtures("in_scope")
@pytest.mark.parametrize(("name", "value"), [("signed", "perhaps"), ("floors", "three"), ("region", "x" * 501)])
def test_a_filter_that_makes_no_sense_is_named(name: str, value: str) -> None:
    a_field()
    a_field("Signed", "boolean")
    a_field("Floors", "number")
    with pytest.raises(ValidationError) as refusal:
        listed({f"custom.{name}": value})
    assert list(flaws(refusal)) == [f"custom.{name}"]


def test_rita_fills_own_fields_in_when_she_adds_a_lead(cast: SimpleNamespace, client: Client) -> None:
    with scope(cast.account):
        a_field()
        a_field("Sites", "choices", ["A", "B"])
        a_field("Fee", "money")
        a_field("Gone", "text").archive(by=SYSTEM)
    client.force_login(cast.rita.user)
    page = client.get("/acme/leads/new/").content.decode()
    assert "Region" in page
    assert "Gone" not in page

    said = {"name": "Jonas", "custom.region": "North", "custom.sites": ["A", "B"]}
    refused = client.post("/acme/leads/", said | {"custom.fee": "a lot"})
    assert (refused.status_code, "A number is wanted here" in refused.content.decode()) == (422, True)
    assert client.post("/acme/leads/", said | {"custom.fee": "250 EUR"}).status_code == 302

    with scope(cast.account):
        fee = {"minor": 25000, "currency": "EUR"}
        assert Lead.objects.get().custom == {"region": "North", "sites": ["A", "B"], "fee": fee}
    listing = client.get("/acme/leads/?custom.region=North").content.decode()
    assert "Jonas" in listing
    assert 'name="custom.region"' in listing
    assert "Jonas" not in client.get("/acme/leads/?custom.region=South").content.decode()
