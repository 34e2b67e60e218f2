"""The IT services template, criterion by criterion: what is not enough for each, and what is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.catalogue import catalogue
from leads.models import Lead
from pipeline.confirmations import confirm
from pipeline.criteria import put_criterion
from pipeline.files import attach_file
from pipeline.meetings import book_meeting
from pipeline.models import Criterion, Deal, Meeting, Move, Objection
from pipeline.move import gate_to
from pipeline.objections import answer_objection, raise_objection
from pipeline.refusals import GateClosed
from tenancy import clock
from tests.pipeline.deals import a_deal, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]
Deed = Callable[[Deal, Any], object]


def fact(name: str, value: Any) -> Deed:
    def change(deal: Deal, by: Any) -> None:
        Lead.objects.with_people().get(pk=deal.lead_id).change({name: value}, by=by)

    return change


def meeting(kind: str, outcome: str = "") -> Deed:
    def book(deal: Deal, by: Any) -> None:
        made = book_meeting(deal.lead, kind=kind, starts_at=clock.now() + timedelta(days=2), by=by)
        Meeting.objects.filter(pk=made.pk).update(outcome=outcome)

    return book


def person(role: str, name: str = "Leila Haddad", *, reviewed: bool = False) -> Deed:
    return lambda deal, by: deal.lead.add_stakeholder(
        name=name, role=role, reviewed_at=clock.now() if reviewed else None, by=by
    )


def objection(*, blocking: bool = True, answered: bool = False) -> Deed:
    def raise_it(deal: Deal, by: Any) -> None:
        made = raise_objection(deal.lead, text="Data must stay in Switzerland", blocking=blocking, by=by)
        if answered:
            answer_objection(made, "It stays in Zurich, in writing.", by=by)

    return raise_it


def answered_all(deal: Deal, by: Any) -> None:
    for row in Objection.objects.filter(lead=deal.lead_id, answered_at=None):
        answer_objection(row, "It stays in Zurich, in writing.", by=by)


def timeline(deal: Deal, by: Any) -> None:
    confirm(deal, Criterion.objects.get(label="A review timeline is acknowledged"), by=by, on=clock.now().date())


def document(kind: str) -> Deed:
    return lambda deal, by: attach_file(deal.lead, SimpleUploadedFile("a.pdf", b"%PDF-1.7"), kind=kind, by=by)


def nothing(deal: Deal, by: Any) -> None:
    """As it is."""


# stage -> the way out of it, criterion by criterion: [what is not enough], what is
TABLE: dict[str, dict[str, tuple[list[Deed], Deed]]] = {
    "Initial interest": {
        "Contact name is known": ([nothing, fact("name", "n/a"), fact("name", "xxx")], fact("name", "Marta Kowalczyk")),
        "Company size is known": ([nothing, fact("headcount", 0)], fact("headcount", 240)),
        "A discovery call is scheduled": (
            [nothing, meeting("review"), meeting("discovery", "cancelled"), meeting("discovery", "no_show")],
            meeting("discovery"),
        ),
    },
    "Discovery complete": {
        "Tech stack is documented": (
            [nothing, fact("tech_stack", ["tbd"]), fact("tech_stack", ["n/a", "-"])],
            fact("tech_stack", ["Azure", "SAP"]),
        ),
        "A decision-maker is named": (
            [nothing, person("technical"), person("decision_maker", "tbd"), person("champion")],
            person("decision_maker"),
        ),
        "Business problem is documented": (
            [nothing, fact("business_problem", "N/A."), fact("business_problem", "xxx"), fact("business_problem", "?")],
            fact("business_problem", "Nobody patches the servers."),
        ),
    },
    "Technical fit confirmed": {
        "A technical stakeholder has reviewed": (
            [nothing, person("technical"), person("user", reviewed=True)],
            person("technical", reviewed=True),
        ),
        "No blocking objection is open": ([objection()], answered_all),
    },
    "Commercial review": {
        "Procurement or finance has the proposal": (
            [nothing, person("procurement"), person("champion", reviewed=True)],
            person("finance", reviewed=True),
        ),
        "A review timeline is acknowledged": ([nothing], timeline),
        "A signed agreement is attached": (
            [nothing, document("proposal"), document("other")],
            document("signed_agreement"),
        ),
    },
}
NEXT = dict(zip(TABLE, [*list(TABLE)[1:], "Closed"], strict=True))
CASES = [(name, label) for name, gate in TABLE.items() for label in gate]
# Objections are not missing until somebody raises one.
INNOCENT = "No blocking objection is open"


def a_deal_in(name: str, owner: Any) -> Deal:
    """An open deal in a stage that came there by its gates, and knows nothing of the one ahead."""
    deal = a_deal(owner, name="") if name == "Initial interest" else a_deal(owner)
    for before in list(TABLE)[: list(TABLE).index(name)]:
        for label, (_, enough) in TABLE[before].items():
            if label != INNOCENT:
                enough(deal, owner.by)
        Deal.objects.get(pk=deal.pk).move(stage(NEXT[before]), by=owner.by)
    return fresh(deal)


def fresh(deal: Deal) -> Deal:
    people = ("stage", "owner", "lead__contact", "lead__company", "lead__source", "lead__owner")
    found: Deal = Deal.objects.select_related(*people).get(pk=deal.pk)
    return found


def missing(deal: Deal, to: str) -> list[str]:
    return [item.label for item in gate_to(fresh(deal), stage(to)).unmet]


def test_the_table_has_every_criterion_of_the_template_and_no_other(cast: SimpleNamespace) -> None:
    a_deal(cast.rita)
    assert [label for _, label in CASES] == list(
        Criterion.objects.order_by("stage__position", "position").values_list("label", flat=True)
    )


@pytest.mark.parametrize(("name", "label"), CASES)
def test_each_criterion_alone_holds_the_gate_until_it_is_proven(cast: SimpleNamespace, name: str, label: str) -> None:
    deal = a_deal_in(name, cast.rita)
    to, by = NEXT[name], cast.rita.by
    for other, (_, enough) in TABLE[name].items():
        if other not in (label, INNOCENT):
            enough(deal, by)
    too_little, enough = TABLE[name][label]
    for deed in too_little:
        try:
            deed(deal, by)
        except ValidationError:
            continue  # capture itself refuses such a value
        assert missing(deal, to) == [label]
        with pytest.raises(GateClosed):
            fresh(deal).move(stage(to), by=by)
    enough(deal, by)
    assert missing(deal, to) == []
    made = fresh(deal).move(stage(to), by=by)
    assert {item["label"] for item in made.evidence} == set(TABLE[name])
    assert all(item["evidence"] for item in made.evidence)


@pytest.mark.parametrize("name", TABLE)
def test_a_fresh_deal_lacks_all_that_its_stage_asks(cast: SimpleNamespace, name: str) -> None:
    deal = a_deal_in(name, cast.rita)
    assert missing(deal, NEXT[name]) == [label for label in TABLE[name] if label != INNOCENT]


def test_an_objection_that_blocks_nothing_holds_nothing(cast: SimpleNamespace) -> None:
    deal = a_deal_in("Technical fit confirmed", cast.rita)
    person("technical", reviewed=True)(deal, cast.rita.by)
    objection(blocking=False)(deal, cast.rita.by)
    objection(answered=True)(deal, cast.rita.by)
    assert missing(deal, "Commercial review") == []


def test_an_admin_changes_one_and_the_next_move_obeys(cast: SimpleNamespace) -> None:
    deal = a_deal_in("Initial interest", cast.rita)
    for _, enough in TABLE["Initial interest"].values():
        enough(deal, cast.rita.by)
    row = Criterion.objects.get(label="Company size is known")
    known = catalogue()
    asked = {"kind": "field", "label": "The budget is known", "params": {"field": "budget"}}
    put_criterion(row, asked, known, by=cast.ada.by)
    with pytest.raises(GateClosed) as shut:
        fresh(deal).move(stage("Discovery"), by=cast.rita.by)
    assert [item.label for item in shut.value.unmet] == ["The budget is known"]
    assert fresh(deal).move(stage("Discovery"), by=cast.rita.by, values={"budget": "40k"})
    assert Move.objects.get(deal=deal).filled == {"Budget": "40k"}
