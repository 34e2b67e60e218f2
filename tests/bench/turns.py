"""The decisions about many leads, in a process of its own: `python -m tests.bench.turns ours|plain|one LEADS`.

It prints the seconds of the processor (of `one`: of one decision): nothing here waits for anything.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import django

RULES, MEMBERS, POOLS = 50, 100, 5
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Sydney", "Africa/Cairo", "Asia/Tokyo")
COUNTRIES = ("DE", "FR", "US", "GB", "JP", "AU", "BR", "IN")
INDUSTRIES = ("logistics", "healthcare", "retail", "media", "energy")
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
APART = timedelta(seconds=30)


def conditions() -> list[dict[str, Any]]:
    """Two facts each, of which few leads meet both."""
    found = []
    for number in range(RULES - 1):
        country, low = COUNTRIES[number % len(COUNTRIES)], 100 + number * 60
        found.append(
            {
                "all": [
                    {"field": "country", "operator": "is_any_of", "value": [country]},
                    {"field": "headcount", "operator": "between", "value": [low, low + 100]}
                    if number % 2
                    else {"field": "headcount", "operator": "at_least", "value": low * 3},
                ]
            }
        )
    return found


def leads(size: int) -> list[dict[str, Any]]:
    chance = Random(7)
    return [
        {
            "country": chance.choice(COUNTRIES),
            "headcount": chance.randrange(1, 3000),
            "industry": chance.choice(INDUSTRIES),
            "tier": chance.choice(("urgent", "high", "medium", "low")),
            "company_id": None,
        }
        for _ in range(size)
    ]


def people() -> list[Any]:
    """A hundred members who work nine to five in six zones, some on leave."""
    from routing.people import Person
    from routing.workingtime import NINE_TO_FIVE, calendar_for

    found = []
    for number in range(MEMBERS):
        away = ((date(2026, 3, 3), date(2026, 3, 3 + number % 3)),) if number % 9 == 0 else ()
        calendar = calendar_for(ZONES[number % len(ZONES)], "", NINE_TO_FIVE, (), away)
        found.append(Person(UUID(int=1000 + number), f"Member {number}", calendar, counts_days=False))
    return found


def the_books() -> tuple[Any, Any]:
    from leads.conditions import compiled
    from routing.book import parts_of
    from routing.pooling import Pool
    from routing.rulebook import Book, Books, Rule
    from routing.sieve import sieve_of
    from routing.turn_order import Seat

    def pool(at: int) -> Pool:
        seats = [Seat(UUID(int=5000 + 100 * at + n), one, capacity_open=5000) for n, one in enumerate(members)]
        return Pool(UUID(int=1 + at), f"Pool {at}", "round_robin", seats)

    def rule(at: int, tree: dict[str, Any]) -> Rule:
        to, holds = UUID(int=1 + at % POOLS), compiled(tree).matches
        return Rule(UUID(int=9000 + at), at + 1, f"Rule {at + 1}", "pool", holds, parts=parts_of(tree), pool_id=to)

    members, trees = people(), conditions()
    fallback = Rule(UUID(int=9999), RULES, "Everybody", "pool", is_fallback=True, pool_id=UUID(int=1))
    rules = [*(rule(at, tree) for at, tree in enumerate(trees)), fallback]
    effort = {"urgent": 45, "high": 30, "medium": 20, "low": 10}
    sieve = sieve_of(rules, [*trees, None])
    book = Book(UUID(int=3), 1, tuple(rules), effort=effort, rules_for=sieve.rules_for)
    return book, Books({one.id: one for one in members}, {at.id: at for at in map(pool, range(POOLS))})


def ours(size: int) -> float:
    from routing.choice import choose, take

    facts, (book, books) = leads(size), the_books()
    began = time.process_time()
    for number, lead in enumerate(facts):
        take(choose(book, books, lead, START + number * APART), books)
    return time.process_time() - began


def plain(size: int) -> float:
    """Which rules match and who is there are lists of booleans already; the loop finds the first and the longest
    waiting."""
    facts, (book, books) = leads(size), the_books()
    pools = list(books.pools.values())
    matches = [[rule.holds(lead, START) for rule in book.rules] for lead in facts]
    there = [[not pools[0].is_out(seat, START + number * APART) for seat in pools[0].seats] for number in range(size)]
    turns = [[0] * MEMBERS for _ in pools]
    began = time.process_time()
    for number in range(size):
        at = 0
        for at in range(RULES):
            if matches[number][at]:
                break
        last = turns[at % POOLS if at < RULES - 1 else 0]
        best = -1
        for seat in range(MEMBERS):
            if there[number][seat] and (best < 0 or last[seat] < last[best]):
                best = seat
        last[best] = number + 1
    return time.process_time() - began


def one(size: int) -> float:
    """The seconds of a whole decision with its record."""
    from routing.choice import choose
    from routing.told import body_of

    facts, (book, books) = leads(200), the_books()
    began = time.process_time()
    for lead in facts:
        body_of(choose(book, books, lead, START), book, 0)
    return (time.process_time() - began) / len(facts)


def main() -> None:
    print(json.dumps({"seconds": {"ours": ours, "plain": plain, "one": one}[sys.argv[1]](int(sys.argv[2]))}))


if __name__ == "__main__":
    django.setup()
    main()
