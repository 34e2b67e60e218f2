"""Every table that points at a lead, a person or a firm has its place in a merge. A new one fails here until somebody
has said what becomes of its rows."""

from __future__ import annotations

from typing import Any

import pytest

from leads.merging import following
from leads.models import Company, Contact, Lead

FOLLOW, OWN_WAY, STAY = "follows the lead", "has a way of its own", "stays with the lead it was about"
BESIDE = "is no part of a merge"
PLACES = {
    "leads.Submission.lead": FOLLOW,
    "leads.Activity.lead": FOLLOW,
    "leads.Stakeholder.lead": FOLLOW,
    "leads.Payload.lead": FOLLOW,
    "scoring.Signal.lead": FOLLOW,
    "scoring.Visitor.lead": FOLLOW,
    "scoring.Answer.lead": FOLLOW,
    "pipeline.Meeting.lead": FOLLOW,
    "pipeline.Objection.lead": FOLLOW,
    "pipeline.Task.lead": FOLLOW,
    "pipeline.File.lead": FOLLOW,
    "pipeline.Comment.lead": FOLLOW,
    "pipeline.Follower.lead": FOLLOW,
    "followups.Touch.lead": FOLLOW,
    "followups.Message.lead": FOLLOW,
    "pipeline.Deal.lead": OWN_WAY,
    "routing.Timer.lead": OWN_WAY,
    "followups.Enrolment.lead": OWN_WAY,
    "scoring.Receipt.lead": STAY,
    "scoring.LearnedScore.lead": STAY,
    "routing.Decision.lead": STAY,
    "routing.Breach.lead": STAY,
    "routing.Acceptance.lead": STAY,
    "routing.Correction.lead": STAY,
    "routing.Covered.lead": STAY,
    "leads.Merge.lead": STAY,
    "leads.Merge.other": BESIDE,
    "leads.Suspicion.first": BESIDE,  # asked again once both are there again
    "leads.Suspicion.second": BESIDE,
    "leads.Lead.contact": BESIDE,  # the facts of the person are chosen one by one
    "leads.Lead.company": BESIDE,
    "leads.Contact.company": BESIDE,
    "followups.Message.contact": BESIDE,  # it went to that person
    "leads.Erasure.contact": BESIDE,  # whose data go, and how far that is
}


def pointing() -> dict[str, Any]:
    found = [relation for model in (Lead, Contact, Company) for relation in model._meta.related_objects]
    return {f"{one.related_model._meta.label}.{one.field.name}": one.related_model for one in found}


def test_every_table_has_its_place() -> None:
    assert set(pointing()) == set(PLACES)


@pytest.mark.parametrize("name", sorted(PLACES))
def test_its_place_is_what_merging_does(name: str) -> None:
    model, place = pointing()[name], PLACES[name]
    hangs = model in following.hanging() and name.endswith(".lead")
    assert hangs == (place != BESIDE)
    way = following._WAYS.get(model) if hangs else None
    assert (way is not None, way is following._stay) == (place in (OWN_WAY, STAY), place == STAY)
