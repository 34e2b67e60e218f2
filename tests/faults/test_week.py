"""The fast part of a virtual week while workers are killed, or frozen past their lease, and Redis is away: in the end
all is as if nothing had happened. First the control: with leases that never expire the checker turns red.

More of it: FAULTS_WEEK=80x20 bin/test tests/faults/test_week.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from config.embedded.service import BASE
from config.embedded.stack import PUMPS, Stack
from tests.faults.ground import Ground, eventually
from tests.installation import installed

LEADS, TOGETHER = (int(number) for number in os.environ.get("FAULTS_WEEK", "16x16").split("x"))
FAST_PART = timedelta(days=4)
MOMENT, LEASE = timedelta(seconds=1), timedelta(seconds=65)
PATIENCE = 60  # real seconds that all due work may take


class Clock:
    """The installation's own time, which only this test puts forward."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.put(datetime(2026, 3, 27, tzinfo=UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))

    def put(self, moment: datetime) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        fresh.replace(self.file)

    def pass_by(self, length: timedelta) -> None:
        self.put(self.now() + length)


class Player:
    """The process that plays (tests/faults/week_player.py): `player("week-a", "state")`."""

    def __init__(self, stack: Stack) -> None:
        command = [sys.executable, "-m", "tests.faults.week_player"]
        log = (stack.data / "log" / "player.log").open("wb")
        self.process = subprocess.Popen(
            command, env=stack.environment("worker"), cwd=BASE, text=True, stderr=log, stdin=-1, stdout=-1
        )

    def __call__(self, slug: str, method: str, *arguments: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps([slug, method, *arguments]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def differences(right: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """The checker: what is not as it would have been without faults."""
    return [
        f"lead {number}: {part} are {found.get(number, {}).get(part)}, not {was}"
        for number, parts in right.items()
        for part, was in parts.items()
        if found.get(number, {}).get(part) != was
    ]


class Trial:
    """One account in which all acts happen while parts of the installation fail."""

    SCOPE: LiteralString = "SELECT set_config('app.account_id', (SELECT id::text FROM account WHERE slug = %s), true)"

    def __init__(self, ground: Ground, clock: Clock, player: Player, slug: str) -> None:
        self.ground, self.clock, self.slug = ground, clock, slug
        self.player: Callable[..., Any] = partial(player, slug)
        self.plan = [datetime.fromisoformat(at) for at in self.player("open", LEADS, TOGETHER)]
        self.ahead = list(enumerate(self.plan))

    def step(self, until: datetime, during: Callable[[], bool] = lambda: True) -> bool:
        """Put the clock on to the next that is to happen, and wait until it is done. `during`: what befalls the workers
        then, if it can. Returns whether it did."""
        at = self.next(until)
        assert at < until, "Nothing is left to do."
        self.clock.put(max(at + MOMENT, self.clock.now()))
        with self.arrested():
            while self.ahead and self.ahead[0][1] <= self.clock.now():
                self.player("play", self.ahead.pop(0)[0])
            befell = during()
        self.settle()
        return befell

    def next(self, until: datetime) -> datetime:
        """When something is to happen; `until` at the latest."""
        due = self.player("due")
        acts = [at for _, at in self.ahead[:1]]
        return min([until, *acts, *([datetime.fromisoformat(due)] if due else [])])

    def settle(self) -> None:
        assert eventually(self.is_quiet, PATIENCE), self.player("due")

    def is_quiet(self) -> bool:
        due = self.player("due")
        return due is None or datetime.fromisoformat(due) > self.clock.now()

    @contextmanager
    def arrested(self) -> Iterator[None]:
        """The pumps hold still, so that it is the workers who begin."""
        self.ground.hold(*PUMPS)
        yield
        self.ground.let_go(*PUMPS)

    @contextmanager
    def leads_locked(self, seconds: float = 5) -> Iterator[bool]:
        """Whoever works on a lead meanwhile stops in the middle, holding their jobs: whether somebody does so soon."""
        with psycopg.connect(self.ground.stack.urls["worker"]) as lock:
            lock.execute(self.SCOPE, [self.slug])
            lock.execute("SELECT 1 FROM lead FOR UPDATE")
            self.ground.ring()
            yield eventually(lambda: bool(self.held()), seconds)

    def held(self) -> list[dict[str, Any]]:
        return self.ground.ask(
            "SELECT job.id, attempts FROM job JOIN account ON account.id = job.account_id"
            " WHERE slug = %(slug)s AND state = 'leased' AND NOT outside",
            slug=self.slug,
        )

    def change(self, statement: LiteralString) -> None:
        """Meddle with the leased jobs of the account."""
        with psycopg.connect(self.ground.stack.urls["worker"]) as meddling:
            meddling.execute(self.SCOPE, [self.slug])
            assert meddling.execute(statement).rowcount

    def killed(self, control: Callable[[], object] = lambda: None, seconds: float = 5) -> bool:
        """The workers are killed in the middle of their work; their leases expire."""
        with self.leads_locked(seconds) as busy:
            if busy:
                self.ground.stack.kill("worker")
        if busy:
            self.ground.stack.start_again("worker")
            self.ground.let_go(*PUMPS)
            control()
            self.clock.pass_by(LEASE)
        return busy

    def frozen(self) -> bool:
        """The workers stand still in the middle of their work until somebody has taken it over, and then go on."""
        with self.leads_locked() as busy:
            if busy:
                self.ground.stack.pause("worker")
        if busy:
            self.clock.pass_by(LEASE)
            self.ground.let_go(*PUMPS)
            assert eventually(lambda: any(job["attempts"] > 1 for job in self.held()), PATIENCE)
            self.ground.stack.resume("worker")
        return busy


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "shift")


@pytest.fixture
def ground(clock: Clock) -> Iterator[Ground]:
    """An installation whose processes live by the test's clock."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.faults.shifted", "CLOCK_SHIFT": str(clock.file)}
    with installed(settings) as stack:
        yield Ground(stack)


@pytest.fixture
def player(ground: Ground) -> Iterator[Player]:
    player = Player(ground.stack)
    yield player
    player.process.kill()
    player.process.wait()


def test_faults_leave_no_trace_in_a_virtual_week(ground: Ground, clock: Clock, player: Player) -> None:
    trial = Trial(ground, clock, player, "troubled")
    trial.ahead, until = [one for one in trial.ahead if one[1] < trial.plan[0] + FAST_PART], trial.plan[0] + FAST_PART
    at_first, in_the_end = without_faults(trial, player, until)

    def control() -> None:
        """Nobody takes over what the killed had leased."""
        trial.change("UPDATE job SET lease_until = 'infinity' WHERE state = 'leased'")
        assert not eventually(trial.is_quiet, 3)
        assert differences(at_first, trial.player("state"))
        trial.change("UPDATE job SET lease_until = run_at WHERE state = 'leased'")

    clock.put(trial.plan[0] - MOMENT)
    trial.settle()
    assert trial.step(until, lambda: trial.killed(control, PATIENCE))
    assert differences(at_first, trial.player("state")) == []
    while not trial.step(until, trial.frozen):
        pass
    assert "job.fenced" in (ground.stack.data / "log" / "worker.log").read_text()
    ground.stack.kill("valkey")
    for _ in range(4):
        trial.step(until)
    ground.stack.start_again("valkey")
    while not trial.step(until, trial.killed):
        pass
    while trial.next(until) < until:
        trial.step(until)
    assert differences(in_the_end, trial.player("state")) == []


def without_faults(trial: Trial, player: Player, until: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """What became of the same leads in another account, played through by one process while all others stand still:
    once they had come, and in the end."""
    plan = player("calm", "open", LEADS, TOGETHER)
    come = plan.count(plan[0])
    with trial.arrested():
        trial.ground.hold("worker")
        player("calm", "live", 0, come, str(trial.plan[0] + 30 * MOMENT))
        at_first = player("calm", "state")
        player("calm", "live", come, len(trial.ahead), str(until))
        trial.ground.let_go("worker")
    return at_first, player("calm", "state")
