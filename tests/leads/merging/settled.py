from __future__ import annotations

from typing import Any

from events import drain
from tenancy.scope import scope
from workspace.opening import Opened


class Settled:
    """A scope after which everything that is due is done."""

    def __init__(self, opened: Opened) -> None:
        self._scope = scope(opened.account)

    def __enter__(self) -> Any:
        return self._scope.__enter__()

    def __exit__(self, *error: Any) -> Any:
        left = self._scope.__exit__(*error)
        if error[0] is None:
            drain.drain()
        return left
