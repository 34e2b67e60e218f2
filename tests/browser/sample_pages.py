"""Sample data of a whole page: a lead."""

from typing import Any

from tests.browser.samples import pieces, sla


def lead() -> dict[str, Any]:
    at = "2026-03-17T09:41:58Z"
    return {
        "lead": {
            "id": "lead_1", "name": "Jonas Weidmann", "initials": "JW", "job": "Head of IT", "company": "Kestrel",
            "tier": "urgent", "score": 82, "sla": sla("risk", "3:42 left", 222), "phone": "+49405550142",
            "email": "jonas@kestrel.example",
        },
        "stage": "Initial interest",
        "place": {"words": "1 of 9", "next": "/leads/2/"},
        "deal": {"move_url": "/deals/1/moves/", "version": 1, "moves": [
            {"id": "sta_2", "name": "Discovery complete", "words": "1 missing"},
            {"id": "sta_3", "name": "Technical fit confirmed", "words": "4 missing"},
        ]},
        "steps": [
            {"name": name, "state": state, "age": age, "meter": {"met": met, "total": 3, "owed": 0}}
            for name, state, age, met in (
                ("Initial interest", "now", "4 min of 3 d", 2),
                ("Discovery complete", "ahead", "", 0),
                ("Technical fit confirmed", "ahead", "", 0),
                ("Closed", "ahead", "", 0),
            )
        ],
        "facts": [{"label": "Phone", "value": "+49 40 555 0142"}, {"label": "E-mail", "value": "jonas@kestrel.example"},
                  {"label": "Company size", "value": "180 people"}, {"label": "Contract end", "value": ""}],
        "people": [{"name": "Birgit Sommer", "initials": "BS", "role": "CFO, decides?"}],
        "touches": [{"text": "Google Ads", "when": "9 Mar, first touch"}],
        "log_url": "/leads/1/activities/",
        "kinds": pieces()["kinds"],
        "outcomes": pieces()["outcomes"],
        "filter": [("?", "All", True), ("?who=people", "People", False)],
        "timeline_url": "/leads/1/timeline/",
        "days": [{"name": "Today", "items": [
            {"title": "Instant reply sent", "text": "Marked as automatic.", "icon": "mail-check", "human": False,
             "at": at, "clock": "09:41:58"},
            {"title": "Form sent", "text": "“We need a 24/7 desk.”", "icon": "inbox", "human": True,
             "at": at, "clock": "09:41:56"},
        ]}],
        "next": {
            "meter": {"met": 2, "total": 3, "owed": 0},
            "items": [
                {"label": "Contact name", "met": True, "evidence": "Jonas Weidmann"},
                {"label": "Discovery call on the calendar", "met": False},
            ],
            "gate_url": "/deals/1/gate/",
            "question": {"text": "When does the current contract end?", "why": "Later than December makes him High.",
                         "url": "/answers/", "field": "timeline_days", "answers": [("90", "By Dec"), ("200", "Later")]},
            "tasks": [{"text": "Map the stakeholders", "when": "11:00", "url": "/tasks/1/"}],
            "cadence": {"name": "First contact, step 1 of 5", "words": "Next: call on Thu 19 Mar, unless he replies"},
        },
        "panels": [{"url": "/leads/1/receipt/", "title": "Why now"}, {"url": "/leads/1/decision/", "title": "Why me"}],
    }  # fmt: skip
