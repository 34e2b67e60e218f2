"""What a person agreed to, as the lead page shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leads.consent import consent_of
from leads.models import Submission

RECEIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def sent(**consent: Any) -> Submission:
    return Submission(consent=consent, ip="192.0.2.7", received_at=RECEIVED)


def test_nothing_said_is_nothing_shown() -> None:
    assert consent_of(sent()) is None
    assert consent_of(sent(text="")) is None


def test_basis_text_version_time_and_address_are_shown() -> None:
    found = consent_of(sent(basis="consent", text="You may call me.", version=3, at="2026-03-01T10:00:00+00:00"))
    assert found
    assert found.words == "Agreed: Consent"
    assert dict(found.lines) == {
        "Basis": "Consent",
        "Text": "You may call me.",
        "Version": "3",
        "Time": "1 Mar 2026, 10:00",
        "IP address": "192.0.2.7",
    }


@pytest.mark.parametrize("given", ["no", "false", False, "Nein"])
def test_a_box_left_open_is_no_agreement(given: Any) -> None:
    found = consent_of(sent(text="You may call me.", given=given))
    assert found
    assert found.words == "Did not agree"
    assert "Basis" not in dict(found.lines)


@pytest.mark.parametrize("at", ["", "soon", "2026-03-01T10:00:00", "2026-99-01T10:00:00Z", "0001-01-01T00:00:00+00:00"])
def test_a_time_that_makes_no_sense_is_no_failure(at: str) -> None:
    found = consent_of(sent(text="x", at=at))
    assert found
    assert dict(found.lines)["Time"]


def test_what_else_was_sent_is_shown_as_it_is() -> None:
    found = consent_of(sent(basis="vital_interest", channel="phone", ip="198.51.100.1"))
    assert found
    assert found.lines[-1] == ("Channel", "phone")
    assert dict(found.lines)["IP address"] == "198.51.100.1"
    assert found.words == "Agreed: vital_interest"
