"""A thousand scripted posts of ten kinds, and one real enquiry in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client

from events import drain
from events.models import Job, Notification
from leads.models import Activity, Form, Lead, Submission
from leads.puzzle import puzzle
from leads.spam import FLOOD, HONEYPOT, OLDEST
from pipeline.models import Deal
from tenancy import clock
from tenancy.scope import scope
from tests.leads.forms import ADA, a_form, path, solved, stamped
from workspace.opening import Opened, open_account

EACH = 100
Post = dict[str, str]
Bot = Callable[[Form, int], Post]
# By the reason that must be on record: what such a bot adds to its name, address and message.
BOTS: dict[str, Bot] = {
    "A field that people do not see was filled in.": lambda form, _: stamped(form) | {HONEYPOT: "https://x.example"},
    "It was filled in faster than anybody types.": lambda form, _: stamped(form, age=1),
    "The page's signature was forged.": lambda _, n: {"t": f"{n}:forged"},
    "The page was opened more than 7 days before.": lambda form, n: stamped(form, age=OLDEST.total_seconds() + n + 1),
    "It came from https://evil.example, which is not one of the form's websites.": lambda form, _: stamped(form),
    "There is a link where a name should be.": lambda form, _: stamped(form) | {"name": "Win http://x.example"},
    "There are 4 links in it, or more.": lambda form, _: stamped(form) | {"message": "Buy www.x.example now! " * 9},
    "The e-mail address is one that is thrown away after use.": lambda form, n: (
        stamped(form) | {"email": f"bot{n}@mailinator.com"}
    ),
}
UNSOLVED, AGAIN = "The puzzle against machines was not solved.", "The puzzle against machines was used before."
FLOODED = f"More than {FLOOD} a minute came from one address."


def send(client: Client, form: Form, number: int, more: Post, address: str = "", origin: str = "") -> None:
    said = {"name": f"Bot {number}", "email": f"bot{number}@spam.example", "message": "Buy"} | more
    headers = {"Origin": origin} if origin else {}
    address = address or f"203.0.113.{number % 250}"
    answer = client.post(path(form), said, headers=headers, REMOTE_ADDR=address)
    assert answer.status_code == 303  # thanked like anybody: a machine learns nothing


def attack(client: Client, form: Form) -> None:
    """Eight hundred, the kinds taking turns; a hundred pretend to be the real one."""
    for number in range(EACH * len(BOTS)):
        reason = list(BOTS)[number % len(BOTS)]
        origin = "https://evil.example" if "evil" in reason else ""
        with clock.at(clock.now()):  # however slow we are, the machine is fast
            more = BOTS[reason](form, number) | ({"email": ADA["email"]} if origin else {})
            send(client, form, number, more, origin=origin)


def solve_once(client: Client, form: Form) -> None:
    """A hundred with a puzzle: one answer, bought from the first address, for all of them; half have none at all."""
    answer = solved(puzzle(form.public_id, clock.now()))
    send(client, form, 0, stamped(form) | {"puzzle": answer, HONEYPOT: "x"})
    for number in range(1, EACH):
        send(client, form, number, stamped(form) | ({"puzzle": answer} if number % 2 else {}))


def learn(client: Client, form: Form) -> None:
    """A hundred from one address that falls into each trap at first, and into none later on."""
    with clock.at(clock.now()):
        for number in range(EACH):
            send(client, form, number, stamped(form, age=1 if number < FLOOD else 30), address="198.51.100.1")


def ask(client: Client, form: Form) -> None:
    client.post(path(form), ADA | stamped(form), REMOTE_ADDR="198.51.100.7")


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example")


def test_a_thousand_machines_reach_nobody_and_the_real_one_is_routed_at_once(opened: Opened) -> None:
    client = Client()
    form = a_form(opened.account, origins=["https://acme.example"])
    guarded = a_form(opened.account, name="Guarded", puzzle=True)

    learn(client, form)
    solve_once(client, guarded)
    with scope(opened.account):
        assert not Job.objects.filter(subject_id__in=Lead.objects.values("pk")).exists()
    ask(client, form)
    drain.drain()
    with scope(opened.account):
        real = Lead.objects.get(status="open")
        took = real.assigned_at - real.captured_at
        reached = list(Job.objects.exclude(subject_id=real.pk).filter(subject_id__in=Lead.objects.values("pk")))
    # Its jobs are the only ones there are: however many machines come, nothing stands before it.
    assert (real.owner_id, real.stage_name != "", reached) == (opened.member.pk, True, [])
    print(f"\ncaptured to assigned: {took.total_seconds() * 1000:.0f} ms, after 200 machines")
    attack(client, form)
    drain.drain()

    assert_all_kept_and_nobody_reached(opened, real)


def assert_all_kept_and_nobody_reached(opened: Opened, real: Lead) -> None:
    with scope(opened.account):
        spam = Lead.objects.filter(status="spam")
        assert (spam.count(), Submission.objects.count()) == (1000, 1001)
        reasons = Counter(Submission.objects.exclude(lead=real).values_list("spam", flat=True))
        assert not spam.exclude(owner=None, score=None, deal_id=None, first_response_due_at=None).exists()
        assert set(Notification.objects.values_list("lead_id", flat=True)) == {real.pk}
        assert list(Deal.objects.values_list("lead_id", flat=True)) == [real.pk]
        assert not Activity.objects.filter(lead__in=spam).exists()
        assert real.submissions.count() == 1
    trapped = dict.fromkeys(BOTS, EACH)
    trapped["It was filled in faster than anybody types."] += FLOOD
    trapped["A field that people do not see was filled in."] += 1
    assert reasons == trapped | {FLOODED: EACH - FLOOD, UNSOLVED: 49, AGAIN: 50}
