"""Why a deal stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.gate import Gate
    from pipeline.models import Deal


class GateClosed(Exception):
    """Something is missing; `gate` says what, and what would fill it."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.unmet = gate.unmet
        count = len(gate.unmet)
        super().__init__(f"{count} {'thing is' if count == 1 else 'things are'} missing before this deal can move.")


class Stale(Exception):
    """Somebody changed the deal since the version that was seen; `deal` is the newer one."""

    def __init__(self, deal: Deal) -> None:
        self.deal = deal
        super().__init__("Somebody changed this deal in the meantime. Look at it again.")


class NotOpen(Exception):
    """The deal's status forbids it: a closed deal must be reopened first, an open one has nothing to reopen."""
