"""Several leads merged into one that had no deal: the first one's deal is worked on, the others' wait for it to go."""

from __future__ import annotations

from typing import Any

import pytest

from leads.merging import merge, undo
from leads.models import Lead
from pipeline.models import Deal
from tests.factories import a_lead
from tests.leads.merging.content import content, differences
from workspace.opening import Opened


@pytest.fixture
def kept(acme: Opened, within: Any) -> Lead:
    """A lead without a deal."""
    with within():
        return a_lead(name="Ada King", email="ada@example.com", owner=acme.member)


@pytest.fixture
def first(ask: Any) -> Lead:
    found: Lead = ask("a.king@example.com")
    return found


@pytest.fixture
def second(ask: Any) -> Lead:
    found: Lead = ask("king@example.com")
    return found


def deal_of(lead: Lead) -> Deal:
    """The open deal of a lead, as the lead knows it, too."""
    lead.refresh_from_db()
    found: Deal = Deal.objects.open().get(lead=lead)
    assert (lead.deal_id, lead.stage_id, lead.status) == (found.pk, found.stage_id, "open")
    assert found.owner_id == lead.owner_id is not None
    assert found.visits.filter(left_at=None).count() == 1
    return found


def test_the_second_ones_deal_is_worked_on_once_the_first_is_gone(
    kept: Lead, first: Lead, second: Lead, within: Any, by: Any
) -> None:
    with within():
        before = content()
        mine, yours = deal_of(first), deal_of(second)
        one = merge(first, kept, by=by)
        two = merge(second, kept, by=by)
        assert deal_of(kept) == mine
        assert not Deal.objects.open().filter(pk=yours.pk).exists()
    with within():
        undo(one, by=by)
        assert (deal_of(first), deal_of(kept)) == (mine, yours)
    with within():
        undo(two, by=by)
    with within():
        assert not differences(before, content())


@pytest.mark.parametrize("sooner", ["sibling", "chain"])
def test_the_same_where_the_kept_lead_was_merged_on(
    acme: Opened, kept: Lead, first: Lead, second: Lead, within: Any, by: Any, sooner: str
) -> None:
    with within():
        last = a_lead(name="A. King", email="king@kestrel.example", owner=acme.member)
        before = content()
        mine, yours = deal_of(first), deal_of(second)
        one, two = merge(first, kept, by=by), merge(second, kept, by=by)
        on = merge(kept, last, by=by)
        assert deal_of(last) == mine
    with within():
        undo(one, by=by)
        assert (deal_of(first), deal_of(last)) == (mine, yours)
    with within():
        undo(on if sooner == "chain" else two, by=by)
        assert deal_of(kept if sooner == "chain" else second) == yours
    with within():
        undo(two if sooner == "chain" else on, by=by)
    with within():
        assert not differences(before, content())


def test_a_lead_that_was_closed_meanwhile_takes_up_nothing(
    kept: Lead, first: Lead, second: Lead, within: Any, by: Any
) -> None:
    with within():
        one = merge(first, kept, by=by)
        merge(second, kept, by=by)
        Lead.objects.get(pk=kept.pk).disqualify(reason="No need", by=by)
    with within():
        undo(one, by=by)
        assert Lead.objects.get(pk=kept.pk).status == "disqualified"
        assert not Deal.objects.open().filter(lead=kept).exists()
