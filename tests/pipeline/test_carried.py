"""An export of another system says that a deal went on there: what its word does here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from events.kinds import Kind
from events.models import Event
from events.record import record
from leads.models import Lead
from pipeline.carried import carry_on
from pipeline.models import Deal, Move
from tests.pipeline.deals import a_deal, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]


@pytest.fixture
def deal(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Deal:
    """Rita's deal, in an import that keeps no image of it."""
    monkeypatch.setattr("pipeline.carried.note_also", lambda *_: None)
    return a_deal(cast.rita)


def word(deal: Deal, by: Any, said: str) -> None:
    about: dict[str, Any] = {"stage": said, "import": "people.csv"}
    record(Kind.LEAD_IMPORTED, deal.lead, by=by, lead_id=deal.lead_id, **about)
    carry_on(Lead.objects.with_people().get(pk=deal.lead_id), Event.objects.get(kind=Kind.LEAD_IMPORTED))


def test_through_a_shut_gate_it_goes_with_what_was_missing_on_record(cast: SimpleNamespace, deal: Deal) -> None:
    word(deal, cast.ada.by, "Discovery complete")
    made = Move.objects.get()
    assert (Deal.objects.get().stage, made.reason) == (stage("Discovery"), "So it stands in “people.csv”")
    assert [item["label"] for item in made.owed] == ["Company size is known", "A discovery call is scheduled"]
    assert made.owed_by is None, "it happened already, nobody is asked for a proof"
    assert Event.objects.get(kind=Kind.GATE_OVERRIDDEN).body["reason"] == made.reason


@pytest.mark.parametrize("said", ["Discovery complete", "Lost", "Won"])
def test_what_nobody_owns_stays_where_it_is(cast: SimpleNamespace, deal: Deal, said: str) -> None:
    Lead.objects.filter(pk=deal.lead_id).update(owner=None)
    word(deal, cast.ada.by, said)
    after = Deal.objects.get()
    assert (after.owner, after.stage) == (None, deal.stage)
