"""State machines over the database that cost little: their account is made once, and every example is a transaction
that is rolled back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

from tenancy.models import Account
from tenancy.scope import scope

Method = TypeVar("Method", bound=Callable[..., None])


def step(often: int = 1, **arguments: SearchStrategy[Any]) -> Callable[[Method], Method]:
    """What may happen next, so many times as often as other things. An example leaves most rules out; but it takes all
    steps, so that what needs three of them in a row to go wrong is met in a few examples."""

    def mark(method: Method) -> Method:
        method.__dict__["arguments"] = arguments
        method.__dict__["often"] = often
        return method

    return mark


class Machine(RuleBasedStateMachine):
    """Its steps run in the scope of `account`, inside the transaction of the test."""

    account: ClassVar[Account]

    def __init_subclass__(cls) -> None:
        steps = [(name, method) for name, method in vars(cls).items() if hasattr(method, "arguments")]
        names = st.sampled_from([name for name, method in steps for _ in range(method.often)])
        arguments = {name: st.fixed_dictionaries(method.arguments) for name, method in steps}
        any_step = names.flatmap(lambda name: st.tuples(st.just(name), arguments[name]))

        @rule(what=any_step)
        def then(self: Machine, what: tuple[str, dict[str, Any]]) -> None:
            name, arguments = what
            getattr(self, name)(**arguments)

        setattr(cls, "then", then)  # noqa: B010  (a rule is known by its class)

    def __init__(self) -> None:
        super().__init__()
        self._example = ExitStack()
        self._example.enter_context(scope(self.account))

    def at_the_end(self) -> None:
        """What must hold when an example is over."""

    def teardown(self) -> None:
        try:
            self.at_the_end()
        finally:
            transaction.set_rollback(True)
            self._example.close()


def play(machine: type[Machine], account: Account, *, examples: int, steps: int) -> None:
    """Play the machine in that account; `examples` of at most so many steps."""
    assert connection.in_atomic_block
    machine.account = account
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps))
