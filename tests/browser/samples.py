"""Sample data in the shapes that the components' comments name."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

RITA = {"initials": "RL", "name": "Rita Lindqvist", "hue": 0}
RAJ = {"initials": "RM", "name": "Raj Mehta", "hue": 1}
MISSING = {
    "sta_1": [0, "Back is allowed"],
    "sta_3": [1, "1 missing, fill in on drop", "No blocking objection open"],
    "sta_4": [4, "4 missing on the way"],
}


def frame(current: str = "Board") -> dict[str, Any]:
    nav = [
        {"name": name, "url": f"/{key}/", "icon": icon, "key": key, "count": count, "current": name == current}
        for name, icon, key, count in (
            ("Today", "sun", "t", 7),
            ("Board", "square-kanban", "b", None),
            ("Leads", "users-round", "l", None),
            ("Reports", "chart-column", "r", None),
        )
    ]
    now = datetime.now(UTC).isoformat()
    return {
        "account": {"name": "Harbourline IT", "slug": "harbourline"},
        "member": RITA | {"role": "rep"},
        "nav": nav,
        "bottom": nav,
        "links": [{"name": "Password", "url": "/password/", "icon": "lock"}],
        "logout_url": "/logout/",
        "live_url": "",
        "server_now": now,
    }


def sla(state: str, words: str, seconds: int | None = None) -> dict[str, Any]:
    due = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
    return {"state": state, "words": words, "due": due.isoformat() if due else None}


def card(number: int, title: str, tier: str = "high", **more: Any) -> dict[str, Any]:
    return {
        "id": f"dea_{number}",
        "lead_url": f"/leads/{number}/",
        "move_url": f"/deals/{number}/moves/",
        "tier": tier,
        "value": "€84k",
        "title": title,
        "person": "Jonas Weidmann, Head of IT",
        "next_step": {"icon": "phone", "text": "Call now, first response due"},
        "sla": None,
        "meter": {"met": 2, "total": 3, "owed": 0},
        "age": {"words": "4 of 7 d", "share": 0.57, "late": False},
        "owner": RITA,
        "missing": json.dumps(MISSING),
        "version": 1,
    } | more


def column(number: int, name: str, cards: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": f"sta_{number}",
        "name": name,
        "url": f"/board/{number}/",
        "count": len(cards),
        "limit": 12,
        "value": "€492k",
        "weighted": "€49k",
        "gate": 3 if number > 1 else 0,
        "gate_url": f"/stages/{number}/gate/",
        "empty": {"title": "No deal is behind this gate", "text": "2 deals wait in Fit.", "url": "/board/list/"},
        "cards": cards,
    } | more


def board() -> dict[str, Any]:
    late = {"words": "12 of 7 d", "share": 1, "late": True}
    won = {"result": "won", "result_text": "46 d, agreement signed"}
    columns = [
        column(1, "Initial interest", [
            card(1, "Kestrel Logistics", "urgent", sla=sla("risk", "3:42 left", 222)),
            card(2, "Pinecrest Credit Union", "urgent", sla=sla("breach", "6:10 over", -370), owner=RAJ),
            card(3, "Marlowe Freight", sla=sla("ok", "2 h 10 left", 7800), meter={"met": 3, "total": 3, "owed": 0}),
        ]),
        column(2, "Technical fit confirmed", [
            card(4, "Northgate Biotech", "medium", meter={"met": 1, "total": 2, "owed": 1}),
            card(5, "Lumen Care Homes", "low", next_step=None, age=late, sla=sla("breach", "5 d past limit")),
        ], full=True, limit=2),
        column(3, "Commercial review", []),
        column(4, "Closed", [card(6, "Aurora Clinics", **won), card(7, "Gable Homes", result="lost")], limit=None),
    ]  # fmt: skip
    return {
        "pipeline": {"name": "IT services"},
        "cards_url": "/board/cards/",
        "totals": {"all": 7, "open": 5, "value": "€2.62M", "weighted": "€1.13M"},
        "views": [{"name": "All open", "url": "/board/", "current": True, "count": 5}],
        "filter": {"on": True, "count": 1, "chips": [
            {"name": "tier", "label": "Tier", "icon": "signal", "on": True, "options": [("high", "High", True)]},
        ]},
        "hidden": 2,
        "columns": columns,
        "recent": "Tomasz moved Kingsley & Partners into Commercial review, 2 min ago",
        "request": {"path": "/board/"},
    }  # fmt: skip


def gate() -> dict[str, Any]:
    """One criterion of each kind of input, one met."""
    inputs: dict[str, dict[str, Any]] = {
        "objections": {
            "objections": [{"id": "obj_1", "text": "Data must stay in Swiss centres.", "who": "Leila Haddad"}]
        },
        "datetime": {"label": "When"},
        "activity": {"outcomes": ["spoke", "no answer"]},
        "stakeholder": {
            "roles": [["technical", "Technical"]],
            "reviewed": True,
            "people": [{"id": "1", "name": "Leila"}],
        },
        "file": {"accept": ".pdf"},
        "confirmation": {"label": "Finance has the proposal", "date": True},
        "facts": {"fields": [{"name": "headcount", "label": "Headcount", "type": "number"}]},
        "text": {"label": "Business problem", "name": "business_problem"},
    }
    unmet = [
        {"criterion": f"cri_{kind}", "key": f"cri_{kind}", "stage": "Technical fit", "label": f"About {kind}",
         "detail": "Missing", "input": {"type": kind, **more}, "error": "Give an answer." if kind == "text" else ""}
        for kind, more in inputs.items()
    ]  # fmt: skip
    return {
        "deal": {"id": "dea_4", "title": "Northgate Biotech", "move_url": "/deals/4/moves/", "version": 1},
        "from_stage": {"id": "sta_2", "name": "Technical fit confirmed"},
        "to_stage": {"id": "sta_3", "name": "Commercial review"},
        "total": len(unmet) + 1,
        "unmet": unmet,
        "met": [
            {
                "label": "A technical stakeholder has reviewed",
                "evidence": "Leila Haddad, on 11 March",
                "evidence_url": "/leads/4/#lead-stakeholders",
                "evidence_words": "See the person",
            }
        ],
        "may_override": True,
        "owed_on": datetime.now(UTC),
    }


def answer() -> dict[str, Any]:
    return {
        "id": "lead_1", "url": "/leads/1/", "tier": "urgent", "title": "Kestrel Logistics", "value": "€84k",
        "who": "Jonas Weidmann, Head of IT, 180 seats, Hamburg",
        "why": "Asked for a 24/7 service desk on the website form. Read the pricing page twice yesterday.",
        "ask": "when does the current contract end? Later than December would make it High.",
        "sla": sla("risk", "3:42", 222) | {"label": "At risk, due 09:46"},
        "phone": "+49405550142", "email": "jonas@kestrel.example", "log_url": "/leads/1/activities/",
        "outcomes": [("1", "spoke", "Spoke"), ("2", "no_answer", "No answer"), ("3", "voicemail", "Voicemail")],
    }  # fmt: skip


def receipt() -> dict[str, Any]:
    reasons = [("Asked for a quote", 26), ("Pricing page twice in 24 h", 20), ("Logistics, 150 to 500 people", 17)]
    return {
        "score": 82, "band": 9, "band_from": 73, "band_width": 18, "tier": "urgent", "version": "Model v12",
        "sum_text": "26 + 20 + 17 + 19 = 82",
        "thresholds": [
            {"at": 0, "name": "Low", "middle": 20}, {"at": 40, "name": "Medium", "middle": 50},
            {"at": 60, "name": "High", "middle": 70}, {"at": 80, "name": "Urgent", "middle": 90},
        ],
        "reasons": [{"label": label, "points": points, "share": points / 26} for label, points in reasons],
        "unknown": [{"label": "Contract end", "reach": 9}],
    }  # fmt: skip


def pieces() -> dict[str, Any]:
    """For templates/components.html: one of everything else."""
    steps = [
        ("Initial interest", "now", "4 min of 3 d", 2),
        ("Discovery complete", "ahead", "", 0),
        ("Closed", "ahead", "", 0),
    ]
    return {
        "answer": answer(),
        "receipt": receipt(),
        "rows": [
            {"title": "Pinecrest Credit Union", "sub": "Victor Alvarez", "sla": sla("breach", "6:10 over", -370)},
            {"title": "Marlowe Freight", "sub": "Dean Marlowe", "sla": sla("ok", "2 h 10 left", 7800)},
        ],
        "steps": [
            {"name": name, "state": state, "age": age, "meter": {"met": met, "total": 3, "owed": 0}}
            for name, state, age, met in steps
        ],
        "kinds": [("call", "Call", "phone"), ("email", "E-mail", "mail"), ("note", "Note", "sticky-note")],
        "sets": [("call", "How the call went", [("spoke", "Spoke"), ("no_answer", "No answer")])],
        "bar": {"passed": 121, "lost": 18, "disqualified": 29, "late": 7, "open": 11, "scale": 186},
        "choices": [("/a/", "All", True), ("/b/", "People", False)],
        "tiers": ["urgent", "high", "medium", "low"],
    }  # fmt: skip
