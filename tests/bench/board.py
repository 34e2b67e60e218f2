"""The board of an account with 100,000 open deals in a database of ten times as many: first view, a filter, the next
cards of a column, moves, and how soon 200 people who look at it see one.

Yardsticks: a bare REST framework view that answers with the same cards and the number and value of each column; a POST
through the product's own doors that changes nothing.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from uuid import UUID

from config.embedded import process
from config.embedded.stack import LIVE, free_port, is_listening
from tenancy.ids import public_id
from tests.bench.deals import OPEN_GATES, Visitor, fill_deals
from tests.bench.ground import BARE, BASE, Ground
from tests.bench.load import Sample, measure, request
from tests.bench.result import Budget, Result, Row, ratio
from tests.bench.viewers import Deed, Viewer, ask, watch

STAGES = """
    SELECT stage.id FROM stage JOIN pipeline ON pipeline.account_id = stage.account_id AND pipeline.id = pipeline_id
     WHERE stage.account_id = %s AND pipeline.position = 0 ORDER BY stage.position
"""
SOME = "SELECT id, lead_id FROM deal WHERE account_id = %s AND stage_id = %s LIMIT 200"
DEALS = 100_000  # in the account, and OTHERS times as many in another one
OTHERS = int(os.environ.get("BENCH_OTHERS", "9"))
VIEWERS = int(os.environ.get("BENCH_VIEWERS", "200"))
SEEN = 5  # moves that they see
Key = tuple[str, str]


def run(ground: Ground, *, rounds: int, seconds: float) -> Result:
    number = ground.rows or DEALS
    with ground.superuser() as database:
        account = fill_deals(database, ground.account["slug"], number)
        fill_deals(database, ground.open_account("Large")["slug"], OTHERS * number)
        database.execute(OPEN_GATES)
        places = [row[0] for row in database.execute(STAGES, [account])]
        some = database.execute(SOME, [account, places[0]]).fetchall()
    stages, ada = [public_id("stg", place) for place in places], Visitor(ground)
    deals = [public_id("dea", deal) for deal, _ in some[:-SEEN]]
    asks = requests(ada, account, deals, stages)
    rows = {key: Row(*key) for key in asks}
    everything = ground.postgres.url("bench")
    with (
        ground.web("tests.bench.bare.wsgi:application", **BARE, DATABASE_URL=everything) as bare,
        ground.web() as ours,
        streaming(ground) as live,
    ):
        ports = {"bare": bare, "ours": ours}
        for (_, who), asked in asks.items():
            measure(ports[who], asked, connections=1, seconds=1)  # warm
        for _ in range(rounds):
            for key, row in rows.items():
                row.samples.append(measure(ports[key[1]], asks[key], connections=1, seconds=seconds))
        size = len(asyncio.run(ask(ours, ada.get("board/"))))
        watching = [Viewer(live, ours, ada.stream()) for _ in range(VIEWERS)]
        told, seen = watch(watching, [deed(ada, deal, lead, stages[1]) for deal, lead in some[-SEEN:]])
    heard = [Row("word of a move", "viewers", [told]), Row("its card", "viewers", [seen])]
    return Result("board", [*rows.values(), *heard], budgets(rows, size, seen))


def requests(ada: Visitor, account: str, deals: list[str], stages: list[str]) -> dict[Key, Iterator[bytes]]:
    """What is asked for, under its name, of whom."""
    return {
        ("first view", "bare"): repeat(request("GET", f"/board/?account={account}")),
        ("first view", "ours"): repeat(ada.get("board/")),
        ("filtered", "ours"): repeat(ada.get("board/?tier=high&age=week")),
        ("50 cards of a column", "ours"): repeat(ada.get(f"board/columns/{stages[0]}/")),
        ("POST of nothing", "ours"): repeat(ada.post("board/moves/", stage=stages[0])),
        ("move", "ours"): ada.moves(deals, stages),
    }


def deed(ada: Visitor, deal_id: UUID, lead_id: UUID, stage: str) -> Deed:
    """The move of a deal that nobody has touched yet."""
    deal, lead = public_id("dea", deal_id), public_id("lead", lead_id)
    return Deed(ada.post(f"deals/{deal}/moves/", stage=stage), lead, ada.get(f"board/cards/?leads={lead}"))


def budgets(rows: dict[Key, Row], size: int, seen: Sample) -> list[Budget]:
    first = ratio(rows["first view", "ours"], rows["first view", "bare"], "p50")
    move = ratio(rows["move", "ours"], rows["POST of nothing", "ours"], "p95")
    return [
        Budget("p50 of the first view, ours / bare", first, 1.0),
        Budget("first view, KiB", size / 1024, 100),
        Budget("p95 of a move / POST of nothing", move, 3.0),
        Budget(f"p99 until {VIEWERS} viewers have the card, s", seen.p99 / 1000, 1.0),
    ]


@contextmanager
def streaming(ground: Ground) -> Iterator[int]:
    """The process that tells of changes; its port."""
    port, log = free_port(), ground.folder / "live.log"
    command = [sys.executable, "-m", "uvicorn", *LIVE, "--host", "127.0.0.1", "--port", str(port)]
    server = process.spawn(
        [*command, "config.asgi:application"],
        log=log,
        env=ground.environment("app"),
        cwd=BASE,
        last_signal=signal.SIGTERM,
    )
    try:
        process.wait_for(lambda: is_listening(port), server, log)
        yield port
    finally:
        process.stop(server, signal.SIGTERM)
