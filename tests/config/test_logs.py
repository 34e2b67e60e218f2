"""A request stands in the log once: when it is over."""

import json
import logging

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_request_is_told_once_with_its_outcome(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    requests = logging.getLogger("config.logs")
    monkeypatch.setattr(requests, "handlers", [caplog.handler])
    with caplog.at_level(logging.INFO):
        client.get("/api/v1/nowhere/?q=ada@example.com", headers={"user-agent": "an unheard-of browser"})
    told = [record.getMessage() for record in caplog.records if record.name == "config.logs"]
    assert len(told) == 1, told
    line = json.loads(told[0])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/nowhere/", 404)
    assert line["request_id"]
    assert "ada@example.com" not in told[0]
