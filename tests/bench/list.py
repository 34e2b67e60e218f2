"""GET /api/v1/leads/ and its search in an account of 200,000 leads, under row-level security.

Yardsticks: a bare REST framework list of the same rows with limit (no count), and the trigram search in plain SQL.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import repeat
from urllib.parse import quote

import psycopg

from tests.bench.ground import BARE, Ground
from tests.bench.load import Sample, measure, request
from tests.bench.result import Budget, Result, Row, ratio

LEADS = 200_000
WANTED = "firm 123456"
FILL = """
    WITH numbers AS (SELECT n, gen_random_uuid() AS person, gen_random_uuid() AS firm, gen_random_uuid() AS lead,
                            now() - n * interval '1 minute' AS at
                       FROM generate_series(1, %(leads)s) AS n),
    firms AS (INSERT INTO company (id, account_id, name, name_norm, domain, industry, country, created_at)
              SELECT firm, %(account)s, 'Firm ' || n, 'firm ' || n, 'firm' || n || '.example', '', '', at FROM numbers),
    people AS (INSERT INTO contact (id, account_id, company_id, name, first_name, last_name, name_norm, email,
                                    email_norm, phone, phone_e164, job_title, seniority, department, country, language,
                                    created_at)
               SELECT person, %(account)s, firm, 'Person ' || n, 'Person', n::text, 'person ' || n,
                      'p' || n || '@firm.example', 'p' || n || '@firm.example', '', '', '', '', '', '', '', at
                 FROM numbers)
    INSERT INTO lead ({columns}) SELECT {values} FROM numbers
"""
SOURCE = """
    SELECT account_id, id FROM source
     WHERE %(account)s::text = '' OR account_id::text = %(account)s ORDER BY name LIMIT 1
"""
SEARCH = (
    "SELECT id FROM lead WHERE account_id = %s AND search_text LIKE %s ORDER BY captured_at DESC, id DESC LIMIT 1000"
)


def run(ground: Ground, *, rounds: int, seconds: float) -> Result:
    with ground.superuser() as database:
        account, key = fill(database), ground.account["api_key"]
        names = ("list", "search")
        rows = {(who, name): Row(name, who) for name in names for who in ("bare", "ours")}
        everything = ground.postgres.url("bench")  # the yardstick knows no tenants: it reads past row-level security
        with (
            ground.web("tests.bench.bare.wsgi:application", **BARE, DATABASE_URL=everything) as bare,
            ground.web() as ours,
        ):
            asks: dict[tuple[str, str], Callable[[], Sample]] = {
                ("bare", "list"): lambda: over(bare, f"/leads/?limit=50&account={account}", seconds),
                ("ours", "list"): lambda: over(ours, "/api/v1/leads/?limit=50", seconds, key),
                ("bare", "search"): lambda: searched(database, account, seconds),
                ("ours", "search"): lambda: over(ours, f"/api/v1/leads/?q={quote(WANTED)}", seconds, key),
            }
            for ask in asks.values():
                ask()  # warm
            for _ in range(rounds):
                for which, row in rows.items():
                    row.samples.append(asks[which]())
    budgets = [
        Budget(f"p50 of {name}, ours / yardstick", ratio(rows["ours", name], rows["bare", name], "p50"), 3.0)
        for name in names
    ]
    return Result("list", list(rows.values()), budgets)


def over(port: int, path: str, seconds: float, key: str = "none") -> Sample:
    asked: Iterator[bytes] = repeat(request("GET", path, Authorization=f"Bearer {key}"))
    return measure(port, asked, connections=1, seconds=seconds)


def searched(database: psycopg.Connection, account: str, seconds: float) -> Sample:
    took, until = list[float](), time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        database.execute(SEARCH, [account, f"%{WANTED}%"]).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    size = len(took)
    return Sample(size / seconds, took[size // 2], took[int(size * 0.95)], took[int(size * 0.99)], size)


def fill(database: psycopg.Connection, leads: int = LEADS, account: str = "") -> str:
    """Many leads in the account with this id, or in any; its id."""
    account, source = database.execute(SOURCE, {"account": account}).fetchone() or ("", "")
    given = {
        "id": "lead",
        "account_id": "%(account)s",
        "contact_id": "person",
        "company_id": "firm",
        "source_id": "%(source)s",
        "status": "'open'",
        "track": "'active'",
        "score": "n %% 100",
        "tier": "'medium'",
        "search_text": "'person ' || n || ' p' || n || '@firm.example firm ' || n",
        "captured_at": "at",
        "updated_at": "at",
    }
    for name, kind in database.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = 'lead' AND is_nullable = 'NO' AND table_schema = 'public'"
    ):
        empty = {"jsonb": "'[]'" if name in ("incomplete", "tech_stack") else "'{}'", "smallint": "0", "integer": "0"}
        given.setdefault(name, empty.get(kind, "''"))
    statement = FILL.format(columns=", ".join(given), values=", ".join(given.values()))
    database.execute(statement, {"leads": leads, "account": account, "source": source})
    for table in ("lead", "contact", "company"):
        database.execute(f"VACUUM ANALYZE {table}".encode())
    return str(account)
