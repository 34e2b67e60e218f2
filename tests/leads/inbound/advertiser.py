"""A stand-in for Meta's Graph API and LinkedIn's lead sync API, as their public documentation describes them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "EAAB-good"
META_LEAD: dict[str, Any] = {
    "id": "444444444444",
    "created_time": "2026-11-20T08:49:14+0000",
    "form_id": "777",
    "campaign_name": "Autumn",
    "field_data": [
        {"name": "full_name", "values": ["Ada King"]},
        {"name": "email", "values": ["ada@kestrel.example"]},
        {"name": "phone_number", "values": ["+442071838750"]},
        {"name": "How many sites?", "values": ["3"]},
    ],
}
LINKEDIN_LEAD = {
    "id": "abc-1",
    "submittedAt": 1763628554000,
    "versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
    "formResponse": {
        "answers": [
            {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "Ada"}}},
            {"questionId": 2, "answerDetails": {"textQuestionAnswer": {"answer": "King"}}},
            {"questionId": 3, "answerDetails": {"textQuestionAnswer": {"answer": "ada@kestrel.example"}}},
            {"questionId": 4, "answerDetails": {"multipleChoiceAnswer": {"options": [1, 2]}}},
            {"questionId": 5, "answerDetails": {"multipleChoiceAnswer": {"options": [0]}}},
        ]
    },
}
LINKEDIN_FORM = {
    "content": {
        "questions": [
            {"questionId": 1, "predefinedField": "FIRST_NAME"},
            {"questionId": 2, "predefinedField": "LAST_NAME"},
            {"questionId": 3, "predefinedField": "EMAIL"},
            {
                "questionId": 4,
                "name": "tech stack",
                "questionDetails": {
                    "multipleChoiceQuestionDetails": {
                        "options": [
                            {"id": 1, "text": {"localized": {"en_US": "Azure"}}},
                            {"id": 2, "label": "AWS", "text": {"localized": {"en_US": "Amazon"}}},
                        ]
                    }
                },
            },
            {"questionId": 5, "name": "product"},
        ]
    }
}


class Advertiser(BaseHTTPRequestHandler):
    """`busy` makes it answer 503 that many times; `token` is what it accepts."""

    busy = 0
    token = TOKEN
    asked: list[str] = []
    queries: list[dict[str, list[str]]] = []
    versions: list[str] = []
    refusal: tuple[int, dict[str, Any]] | None = None

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        Advertiser.asked.append(parts.path)
        Advertiser.queries.append(parse_qs(parts.query))
        Advertiser.versions.append(self.headers.get("LinkedIn-Version", ""))
        if Advertiser.refusal:
            return self.say(*Advertiser.refusal)
        if Advertiser.busy:
            Advertiser.busy -= 1
            return self.say(503, {"error": {"message": "Service temporarily unavailable", "code": 2}})
        given = parse_qs(parts.query).get("access_token", [""])[0]
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if Advertiser.token not in (given, bearer):
            return self.say(400, {"error": {"message": "Session has expired", "type": "OAuthException", "code": 190}})
        leads: dict[str, dict[str, Any]] = {
            f"/v23.0/{META_LEAD['id']}": META_LEAD,
            "/rest/leadFormResponses/abc-1": LINKEDIN_LEAD,
            "/rest/leadForms/3162": LINKEDIN_FORM,
        }
        found = leads.get(parts.path)
        if found is None:
            return self.say(400, {"error": {"message": "Unsupported get request", "code": 100}})
        return self.say(200, found)

    def say(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@contextmanager
def advertiser() -> Iterator[str]:
    """Runs it; yields host:port."""
    Advertiser.busy, Advertiser.token, Advertiser.asked, Advertiser.refusal = 0, TOKEN, [], None
    Advertiser.queries, Advertiser.versions = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advertiser)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
