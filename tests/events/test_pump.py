"""The pump rings; when nobody answers it does the work itself."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from events.doorbell import WAITING, Doorbell, NobodyHome, client
from events.drain import LEASE, claim_batch
from events.jobs import Handler
from events.pump import PATIENCE, Pump
from tenancy import clock
from tenancy.models import Account
from tests.events.conftest import Notes
from tests.events.test_drain import happen, states


@dataclass
class Bell:
    """A doorbell whose house is empty or not."""

    anybody_home: bool = True
    rung: int = 0

    def ring(self, task: str) -> None:
        if not self.anybody_home:
            raise NobodyHome
        self.rung += 1


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def pump(bell: Bell) -> Pump:
    return Pump(doorbell=bell)  # type: ignore[arg-type]


def test_due_work_rings(acme: Account, note: Handler, pump: Pump, bell: Bell, notes: Notes) -> None:
    happen(acme, 1)
    pump.turn()
    assert bell.rung == 1
    assert notes == []


def test_nothing_due_is_silent(acme: Account, note: Handler, pump: Pump, bell: Bell) -> None:
    pump.turn()
    assert bell.rung == 0


def test_without_redis_the_pump_does_the_work(acme: Account, note: Handler, pump: Pump, bell: Bell) -> None:
    bell.anybody_home = False
    happen(acme, 5)
    pump.turn()
    assert states(acme) == ["done"] * 5


def test_redis_is_tried_again_after_a_silence(acme: Account, note: Handler, pump: Pump, bell: Bell) -> None:
    bell.anybody_home = False
    happen(acme, 1)
    pump.turn()
    bell.anybody_home = True
    pump.ring_again_at = 0
    happen(acme, 1)
    pump.turn()
    assert bell.rung == 1


def test_work_that_no_worker_hears_of_is_done_by_the_pump(
    acme: Account, note: Handler, pump: Pump, notes: Notes
) -> None:
    happen(acme, 1)
    with clock.at(clock.now() + PATIENCE + timedelta(seconds=1)):
        pump.turn()
    assert len(notes) == 1


def test_expired_leases_are_swept(acme: Account, note: Handler, pump: Pump, bell: Bell) -> None:
    happen(acme, 1)
    claim_batch(acme, clock.now())
    with clock.at(clock.now() + LEASE + timedelta(seconds=1)):
        pump.turn()
    assert bell.rung == 1
    assert "leased" not in states(acme)


def test_a_real_bell_leaves_few_rings_waiting(valkey: Path) -> None:
    bell = Doorbell()
    for _ in range(5):
        bell.ring("events.drain")
    assert client().llen("celery") == WAITING


def test_a_dead_redis_is_nobody_home() -> None:
    with pytest.raises(NobodyHome):
        Doorbell().ring("events.drain")
    with pytest.raises(redis.ConnectionError):
        client().ping()
