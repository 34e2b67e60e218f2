"""The sums of a model of 40 rules, in a process of its own: `python -m tests.bench.sums ours|sql|one`.

It prints the seconds and the total over all leads (of `one`: the seconds of one receipt).
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime
from typing import Any

import django

KINDS = ("page_view", "download", "email_open", "email_click")
HALF_LIFE = 168
SIZES, DAYS = range(100, 1900, 100), range(20, 200, 10)  # 18 rules each, with four about signals: 40
SQL = """
    WITH seen AS (
        SELECT lead_id, kind, sum(CASE WHEN age <= 172800 THEN 1 ELSE power(2, (172800 - age) / {life}) END) AS shares
          FROM (SELECT lead_id, kind, extract(epoch FROM %(now)s - occurred_at)::float8 AS age FROM signal
                 WHERE account_id = %(account)s AND NOT bot) AS one GROUP BY lead_id, kind),
    engaged AS (SELECT lead_id, sum(floor(shares + 0.5)) AS points FROM seen GROUP BY lead_id)
    SELECT sum(least(greatest(least(35, {sizes}) + least(15, {days}) + least(35, coalesce(engaged.points, 0)), 0), 100))
      FROM lead LEFT JOIN company ON company.account_id = %(account)s AND company.id = lead.company_id
      LEFT JOIN engaged ON engaged.lead_id = lead.id WHERE lead.account_id = %(account)s
"""


def model() -> Any:
    from scoring.defaults import CAPS
    from scoring.model import Model, Rule
    from scoring.tiers import THRESHOLDS

    def rule(group: str, field: str, operator: str, value: int) -> Rule:
        condition = {"field": field, "operator": operator, "value": value}
        return Rule(f"{field}-{value}", group, f"{field} {value}", 2, condition)

    facts = [rule("fit", "headcount", "at_least", size) for size in SIZES]
    facts += [rule("timing", "timeline_days", "at_most", days) for days in DAYS]
    signals = [Rule(kind, "intent", kind, 1, signal=kind, half_life_hours=HALF_LIFE) for kind in KINDS]
    return Model(number=1, caps=CAPS, tiers=THRESHOLDS, rules=(*facts, *signals))


def ours(account: Any, now: datetime) -> int:
    """As leads are scored again after publishing, without their receipts."""
    from leads.models import Lead
    from scoring.earnings import Earnings
    from scoring.known import known_of
    from scoring.rescoring import BATCH

    rules, total, last = model(), 0, None
    while True:
        leads = Lead.objects.order_by("pk")
        lead_ids = list((leads.filter(pk__gt=last) if last else leads).values_list("pk", flat=True)[:BATCH])
        if not lead_ids:
            return total
        known, earnings = known_of(lead_ids, [rules], now), Earnings(rules, now)
        total += sum(earnings.points(one.facts, one.signals) for one in known.values())
        last = lead_ids[-1]


def sql(account: Any, now: datetime) -> int:
    from django.db import connection

    sizes = " + ".join(f"CASE WHEN headcount >= {size} THEN 2 ELSE 0 END" for size in SIZES)
    days = " + ".join(f"CASE WHEN timeline_days <= {count} THEN 2 ELSE 0 END" for count in DAYS)
    with connection.cursor() as cursor:
        statement = SQL.format(life=f"{HALF_LIFE * 3600}.0::float8", sizes=sizes, days=days)
        cursor.execute(statement, {"account": account.pk, "now": now})
        return int(cursor.fetchone()[0])


def one(account: Any, now: datetime) -> float:
    """The seconds of a whole receipt: bands, question and next change as well."""
    from leads.models import Lead
    from scoring.known import known_of
    from scoring.scorecard import score

    rules, lead_id = model(), Lead.objects.order_by("pk").values_list("pk", flat=True)[0]
    known = known_of([lead_id], [rules], now)[lead_id]
    began = time.perf_counter()
    for _ in range(500):
        score(rules, known.facts, known.signals, now)
    return (time.perf_counter() - began) / 500


def main() -> None:
    from tenancy.models import Account
    from tenancy.scope import scope

    account, now = (
        Account.objects.get(slug=os.environ["BENCH_ACCOUNT"]),
        datetime.fromisoformat(os.environ["BENCH_NOW"]),
    )
    with scope(account):
        if sys.argv[1] == "one":
            print(json.dumps({"seconds": one(account, now)}))
            return
        began = time.perf_counter()
        total = {"ours": ours, "sql": sql}[sys.argv[1]](account, now)
        print(json.dumps({"seconds": time.perf_counter() - began, "total": total}))


if __name__ == "__main__":
    django.setup()
    main()
