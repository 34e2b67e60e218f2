"""A partner system that posts leads and keeps a ledger of every answer."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.faults.ground import Ground

_numbers = count(1)


@dataclass(frozen=True)
class Answer:
    """`status` 0: the connection broke before there was one."""

    key: str
    status: int
    lead: str = ""
    replayed: bool = False
    seconds: float = 0.0


@dataclass
class Ledger:
    """What was acknowledged, on disk before it counts."""

    path: Path
    answers: list[Answer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: Answer) -> Answer:
        with self._lock, self.path.open("a") as file:
            file.write(json.dumps(answer.__dict__) + "\n")
            file.flush()
            os.fsync(file.fileno())
            self.answers.append(answer)
        return answer

    @property
    def leads(self) -> set[str]:
        """The public ids of the leads that somebody was told are safe."""
        return {answer.lead for answer in self.answers if 200 <= answer.status < 300}

    @property
    def refused(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.status >= 400]


class Sender:
    def __init__(self, ground: Ground, folder: Path) -> None:
        self.ground = ground
        self.ledger = Ledger(folder / f"ledger-{next(_numbers)}.jsonl")

    def send(self, key: str = "", header: str = "") -> Answer:
        """Post one lead and note the answer. The same key means the same body; `header` sends another key with it."""
        key = key or f"key-{next(_numbers)}"
        began = time.monotonic()
        try:
            web = self.ask(key, header)
            response = web.getresponse()
            body = json.loads(response.read() or b"{}")
            web.close()
        except (OSError, http.client.HTTPException):
            return self.ledger.note(Answer(key, 0))
        replayed = response.headers.get("Idempotent-Replayed") == "true"
        return self.ledger.note(Answer(key, response.status, body.get("id", ""), replayed, time.monotonic() - began))

    def ask(self, key: str, header: str = "") -> http.client.HTTPConnection:
        """Send the request and don't wait for the answer."""
        web = http.client.HTTPConnection("127.0.0.1", self.ground.stack.port, timeout=20)
        headers = {
            "Authorization": f"Bearer {self.ground.account['api_key']}",
            "Content-Type": "application/json",
            "Host": f"localhost:{self.ground.stack.port}",
            "Idempotency-Key": header or key,
        }
        web.request("POST", "/api/v1/leads/", json.dumps(facts(key)), headers)
        return web

    def burst(self, number: int, threads: int = 8) -> None:
        """Post so many leads, as fast as so many threads can."""
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: self.send(), range(number)))

    def stream(self, number: int, per_second: float, between: Callable[[], None] = lambda: None) -> None:
        """Post so many leads at an even pace; `between` happens after each."""
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            for index in range(number):
                pool.submit(self.send)
                between()
                time.sleep(max(0.0, began + (index + 1) / per_second - time.monotonic()))


def facts(key: str) -> dict[str, Any]:
    return {
        "name": f"Person {key}",
        "email": f"{key}@{key}.example",
        "company": f"Firm {key}",
        "headcount": 180,
        "message": "We need managed services by March.",
    }
