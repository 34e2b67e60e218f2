"""A request stands in the log once: when it is over."""

import logging

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_request_is_told_once_with_its_outcome(caplog: pytest.LogCaptureFixture, client: Client) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/api/v1/nowhere/?q=ada@example.com", headers={"user-agent": "an unheard-of browser"})
    told = [record.getMessage() for record in caplog.records if record.name == "config.logs"]
    assert len(told) == 1, told
    assert "/api/v1/nowhere/" in told[0]
    assert "404" in told[0]
    assert "ada@example.com" not in told[0]
