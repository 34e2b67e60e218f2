"""A newer export of the other system: deals that went on there go on here, on the record, and back with an undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from events.drain import drain
from events.models import Event
from leads.models import Import, Lead
from pipeline.models import Deal, Move, Override, Visit
from pipeline.move import move
from pipeline.plan import plan_of
from tenancy.scope import scope
from tests.contenthash import table_hashes
from tests.factories import a_member
from tests.leads.imports.files import imported, undone
from workspace.opening import Opened

pytestmark = pytest.mark.django_db(transaction=True)
HEADERS = ["Email", "Lead Owner", "Lead Status"]
FIRST, SECOND = "Initial interest", "Discovery complete"
Export = Callable[..., Import]


@pytest.fixture
def export(opened: Opened) -> Export:
    """An export with one lead in it, imported."""

    def run(stage: str, owner: str = "", *more: str) -> Import:
        row = ["ewa@nordhaus.example", owner or opened.member.name, stage]
        return imported(opened.account, [HEADERS, row], by=opened.member.by)

    return run


def the_deal() -> Deal:
    found: Deal = Deal.objects.select_related("stage", "owner", "lead").get()
    return found


def test_another_stage_moves_the_deal_and_the_move_says_why(opened: Opened, export: Export) -> None:
    export(FIRST)
    assert export(SECOND).counts == {"updated": 1}
    with scope(opened.account):
        deal, made = the_deal(), Move.objects.get()
        assert (deal.stage.name, deal.lead.stage_name) == (SECOND, SECOND)
        assert (made.from_stage.name, made.to_stage.name) == (FIRST, SECOND)
        assert made.reason == "So it stands in “people.csv”"
        assert made.owed, "what the gate lacked is on the record"
        assert made.actor_name.endswith("by “people.csv”")
        kinds = set(Event.objects.filter(lead_id=deal.lead_id).values_list("kind", flat=True))
        assert {"deal.moved", "gate.overridden"} <= kinds


def test_won_lost_and_open_again(opened: Opened, export: Export) -> None:
    export(FIRST)
    for stage, status in (("Won", "won"), ("Lost", "lost"), (SECOND, "open"), ("Lost", "lost")):
        export(stage)
        with scope(opened.account):
            deal = the_deal()
            assert (deal.status, deal.lead.status) == (status, status)
    with scope(opened.account):
        assert the_deal().stage.name == SECOND


def test_another_owner_gets_lead_and_deal(opened: Opened, export: Export) -> None:
    with scope(opened.account):
        rita = a_member("Rita Lindqvist")
    export(FIRST)
    assert export(FIRST, "Lindqvist, Rita").counts == {"updated": 1}
    with scope(opened.account):
        deal = the_deal()
        assert (deal.owner, deal.lead.owner, deal.stage.name) == (rita, rita, FIRST)
        assert not Move.objects.exists()


def test_an_old_word_repeated_does_not_undo_what_people_did_here(opened: Opened, export: Export) -> None:
    export(FIRST)
    with scope(opened.account):
        rita = a_member("Rita Lindqvist")
        deal = the_deal()
        to = next(stage for stage in plan_of(deal.pipeline_id).rows if stage.name == SECOND)
        move(deal, to, by=opened.member.by, override=Override("Agreed by phone", None))
    drain()
    export(FIRST, rita.name)
    with scope(opened.account):
        assert (the_deal().stage.name, the_deal().owner) == (SECOND, rita)


def test_a_stage_that_has_no_name_here_moves_nothing(opened: Opened, export: Export) -> None:
    export(SECOND)
    export("Somewhere else entirely")
    with scope(opened.account):
        assert the_deal().stage.name == SECOND
        assert not Move.objects.exists()


def test_a_deal_of_nobody_stays_where_it_is(opened: Opened, export: Export) -> None:
    export(FIRST, "Somebody Gone")
    export(SECOND, "Somebody Gone")
    with scope(opened.account):
        assert (the_deal().stage.name, the_deal().owner) == (FIRST, None)
        assert not Move.objects.exists()


@pytest.mark.parametrize("stage", [SECOND, "Won", "Lost"])
def test_undo_puts_lead_deal_and_owner_back(opened: Opened, export: Export, stage: str) -> None:
    with scope(opened.account):
        a_member("Rita Lindqvist")
    export(FIRST)
    with scope(opened.account):
        before = table_hashes()
    batch = export(stage, "Rita Lindqvist")
    with scope(opened.account):
        assert table_hashes() != before
    undone(opened.account, batch)
    with scope(opened.account):
        assert table_hashes() == before
        assert Visit.objects.filter(left_at=None).count() == 1
        assert Lead.objects.get().status == "open"
