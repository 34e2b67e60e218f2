"""Many open deals for the board's benchmark, and the way in of somebody who looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from urllib.parse import urlencode

import psycopg

from tests.bench.ground import Ground
from tests.bench.list import fill
from tests.bench.load import request

TOKEN = "t" * 32  # of the form and the cookie alike
LOG_IN = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
user = User.objects.get(email="ada@bench.example")
session = SessionStore()
session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: user.get_session_auth_hash()})
session.create()
print("SESSION", session.session_key)
"""
# What is asked for in the first stage is there: a move back and forth passes the gate each time.
OPEN_GATES = "DELETE FROM criterion WHERE kind <> 'field' OR params->>'field' NOT IN ('name', 'contact_name')"
DEALS = """
    WITH places AS (
        SELECT stage.id, stage.pipeline_id, row_number() OVER (ORDER BY stage.position) - 1 AS number,
               count(*) OVER () AS of
          FROM stage JOIN pipeline ON pipeline.account_id = stage.account_id AND pipeline.id = stage.pipeline_id
         WHERE stage.account_id = %(account)s AND stage.kind = 'open' AND pipeline.position = 0),
    leads AS (SELECT *, row_number() OVER (ORDER BY id) AS number FROM lead WHERE account_id = %(account)s)
    INSERT INTO deal (id, account_id, lead_id, pipeline_id, stage_id, owner_id, status, value_minor, currency,
                      opened_at, entered_stage_at, lost_reason, competitor, next_step, next_step_kind, tier, limit_at,
                      gate, version, attention, rank)
    SELECT gen_random_uuid(), leads.account_id, leads.id, places.pipeline_id, places.id, person.id, 'open',
           100000 * (leads.number %% 900 + 1), 'EUR', captured_at, captured_at, '', '', 'Call again', 'call', tier,
           captured_at + interval '9 days', '{"met": 1, "total": 3, "owed": 0, "missing": {}, "debts": []}', 1,
           (10::bigint << 34) + extract(epoch FROM captured_at)::bigint,
           lpad(to_hex((1::bigint << 52) - (extract(epoch FROM captured_at) * 1000000)::bigint), 13, '0')
             || substr(leads.id::text, 1, 6) || '8'
      FROM leads JOIN places ON leads.number %% places.of = places.number
     CROSS JOIN (SELECT id FROM member WHERE account_id = %(account)s LIMIT 1) AS person
"""


def fill_deals(database: psycopg.Connection, slug: str, number: int) -> str:
    """So many leads with an open deal each in the account called `slug`; its id."""
    found = database.execute("SELECT id FROM account WHERE slug = %s", [slug]).fetchone() or ("",)
    account = fill(database, number, str(found[0]))
    database.execute(DEALS.encode(), {"account": account})
    database.execute(b"VACUUM ANALYZE deal")
    return account


class Visitor:
    """Ada, logged in, as her browser asks."""

    def __init__(self, ground: Ground) -> None:
        self.slug = ground.account["slug"]
        said = ground.manage("app", "shell", "--verbosity", "0", "--command", LOG_IN)
        self.session = next(line.split()[1] for line in said.splitlines() if line.startswith("SESSION"))

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
            "X_CSRFToken": TOKEN,
            "HX_Request": "true",
            "HX_Current_URL": f"http://localhost/{self.slug}/board/",
        }

    def get(self, path: str) -> bytes:
        return request("GET", f"/{self.slug}/{path}", b"", **self.headers)

    def stream(self) -> bytes:
        """What opens the stream of changes."""
        return request("GET", f"/live/{self.slug}/", b"", **self.headers)

    def post(self, path: str, **values: str) -> bytes:
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        return request("POST", f"/{self.slug}/{path}", urlencode(values).encode(), **self.headers | form)

    def moves(self, deals: list[str], stages: list[str]) -> Iterator[bytes]:
        """Each of `deals` to the second stage and back, for ever."""
        for to in cycle(stages[1::-1]):
            for deal in deals:
                yield self.post(f"deals/{deal}/moves/", stage=to)
