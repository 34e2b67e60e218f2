"""FR1 Redis killed, FR3 FLUSHALL under load, FW2 worker group killed, FG1 web killed between commit and response, FC2
round-robin race. In each, first the control: without the protection the checker turns red."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import LiteralString

import pytest

from config.embedded.stack import PUMPS
from tests.faults.checker import check, mails, spread, waits
from tests.faults.ground import Ground, eventually
from tests.faults.sender import Sender

NewSender = Callable[[], Sender]
WHOLE_CHAIN = 60  # seconds a burst may take on a machine that runs the other tests at the same time
LEASE = 65
CHAIN = ("scoring.score_leads", "routing.route_unrouted_leads", "pipeline.open_deals")
LEASED: LiteralString = "SELECT id FROM job WHERE state = 'leased' AND kind = ANY(%(kinds)s)"


@pytest.fixture(autouse=True)
def healed(ground: Ground) -> Iterator[None]:
    """What one fault broke runs again before the next, and no mail ever went out twice."""
    yield
    for name, part in ground.stack.parts.items():
        if part.process and part.process.poll() is not None:
            ground.stack.start_again(name)
        elif part.process:
            ground.stack.resume(name)
    assert [message for message, times in mails(ground).items() if times > 1] == []


def green(sender: Sender, seconds: float = WHOLE_CHAIN) -> bool:
    return eventually(lambda: not check(sender.ground, sender.ledger), seconds)


def complaints(sender: Sender) -> list[str]:
    return check(sender.ground, sender.ledger)


def test_fr1_redis_killed_and_back(ground: Ground, new_sender: NewSender) -> None:
    control = new_sender()
    ground.hold(*PUMPS)
    ground.stack.kill("valkey")
    control.burst(4)
    assert not control.ledger.refused
    assert not green(control, 4)
    assert any("has no owner" in complaint for complaint in complaints(control))
    ground.let_go(*PUMPS)
    assert green(control), complaints(control)

    sender = new_sender()
    sender.stream(80, per_second=10)
    assert [answer.status for answer in sender.ledger.answers] == [201] * 80
    assert green(sender), complaints(sender)
    waited = waits(ground, sender.ledger)
    assert waited[int(len(waited) * 0.99)] <= 10

    ground.stack.start_again("valkey")
    heard, again = ground.drains(), new_sender()
    # Who looks for Redis again waits up to 30 s between two looks, the longer the longer it was away.
    assert eventually(lambda: bool(again.send()) and ground.drains() > heard + 3, 90)
    assert green(again), complaints(again)


def test_fr3_everything_in_redis_forgotten_under_load(ground: Ground, new_sender: NewSender) -> None:
    control = new_sender()
    ground.hold("worker", *PUMPS)
    control.burst(4)
    ground.forget_doorbells()
    assert ground.change("DELETE FROM job WHERE state = 'pending'")  # as if the queue had been in Redis
    ground.let_go("worker", *PUMPS)
    assert not green(control, 3)

    sender = new_sender()
    sender.stream(100, per_second=25, between=ground.forget_doorbells)
    assert not sender.ledger.refused
    assert green(sender), complaints(sender)


def test_fw2_the_worker_group_killed_in_the_middle(ground: Ground, new_sender: NewSender) -> None:
    control = new_sender()
    killed_in_the_middle(ground, control, 40, writing="receipt")
    assert ground.change("UPDATE job SET lease_until = 'infinity' WHERE state = 'leased'")  # nobody takes them over
    ground.stack.start_again("worker")
    assert not green(control, 4)
    ground.change("UPDATE job SET lease_until = now() WHERE state = 'leased'")
    assert green(control), complaints(control)

    sender = new_sender()
    killed_in_the_middle(ground, sender, 200, writing="decision")
    ground.stack.start_again("worker")
    assert green(sender, LEASE + WHOLE_CHAIN), complaints(sender)


def killed_in_the_middle(ground: Ground, sender: Sender, number: int, writing: LiteralString) -> None:
    """Kill the workers while they hold jobs and wait to write into a table; the pumps hold still until then."""
    assert eventually(lambda: not held(ground), LEASE)
    ground.hold(*PUMPS)
    with ground.nobody_writes(writing):
        sender.burst(number)
        ground.ring()
        assert eventually(lambda: held(ground), WHOLE_CHAIN)
        ground.stack.kill("worker")
    ground.let_go(*PUMPS)
    assert not sender.ledger.refused


def held(ground: Ground) -> bool:
    """Whether somebody has leased work that the checker would miss."""
    return bool(ground.ask(LEASED, kinds=list(CHAIN)))


def test_fg1_web_killed_between_commit_and_response(ground: Ground, new_sender: NewSender) -> None:
    control, sender = new_sender(), new_sender()
    keys = [f"unheard-{number}" for number in range(8)]
    unheard = [sender.ask(key) for key in [*keys, "unheard"]]
    assert eventually(lambda: committed(ground) == len(unheard), WHOLE_CHAIN)
    ground.stack.kill("web")
    for web in unheard:
        web.close()
    ground.stack.start_again("web")
    ground.stack.wait_until_ready(120)

    assert control.send("unheard", header="another key").status == 200  # without the same key it is done twice
    assert any("2 submissions" in complaint for complaint in complaints(control))

    for key in keys:
        assert (answer := sender.send(key)).status == 201
        assert answer.replayed
    assert len(sender.ledger.leads) == len(keys)
    assert green(sender), complaints(sender)


def committed(ground: Ground) -> int:
    return len(ground.ask("SELECT 1 FROM idempotent_answer WHERE key LIKE 'unheard%%' AND status = 201"))


def test_fc2_a_race_for_turns(ground: Ground, new_sender: NewSender) -> None:
    control = new_sender()
    control.burst(4)
    assert green(control), complaints(control)
    ground.change(
        "UPDATE pool_member SET paused_at = now() WHERE id = (SELECT id FROM pool_member ORDER BY id LIMIT 1)"
    )
    control.burst(20)
    assert green(control), complaints(control)
    assert spread(ground, control.ledger) > 1
    ground.change("UPDATE pool_member SET paused_at = NULL")

    sender = new_sender()
    sender.burst(120)
    assert green(sender), complaints(sender)
    assert spread(ground, sender.ledger) <= 1
