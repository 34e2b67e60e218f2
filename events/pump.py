"""The pump: look for due work every few milliseconds, ring the workers, and do it ourselves when nobody answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import DatabaseError, InterfaceError, connection

from events.doorbell import Doorbell, NobodyHome
from events.drain import drain_inside, drain_outside, due_accounts, sweep
from tenancy import clock
from tenancy.models import Account

POLL = 0.05  # seconds; a lead is to have its owner within half a second, and two jobs lie between
SWEEP_EVERY = 5.0
PATIENCE = timedelta(seconds=2)  # work that waits longer was not heard by any worker
QUIET_AFTER_SILENCE = 5.0  # how long not to ring a Redis that did not answer
log = structlog.get_logger(__name__)


@dataclass
class Pump:
    doorbell: Doorbell = field(default_factory=Doorbell)
    running: bool = True
    swept_at: float = 0.0
    ring_again_at: float = 0.0

    def run(self) -> None:
        """Pump until `running` is False. A database that is away is waited for."""
        while self.running:
            try:
                self.turn()
            except (DatabaseError, InterfaceError) as error:
                log.warning("pump.no_database", error=str(error))
                connection.close()
                time.sleep(1)
            time.sleep(POLL)

    def turn(self) -> None:
        """One look: sweep if it is time, ring or drain if something is due."""
        if time.monotonic() - self.swept_at >= SWEEP_EVERY:
            self.swept_at = time.monotonic()
            sweep_everywhere()
        if self._unheard("events.drain", outside=False):
            drain_inside(seconds=2)
        if self._unheard("events.send", outside=True):
            drain_outside(seconds=2)

    def _unheard(self, task: str, *, outside: bool) -> bool:
        """Ring for what is due; True if there is nobody to hear it."""
        due = due_accounts(clock.now(), outside=outside)
        return bool(due) and (not self._rang(task) or clock.now() - due[0].since > PATIENCE)

    def _rang(self, task: str) -> bool:
        if time.monotonic() < self.ring_again_at:
            return False
        try:
            self.doorbell.ring(task)
        except NobodyHome as error:
            log.warning("pump.nobody_home", error=str(error))
            self.ring_again_at = time.monotonic() + QUIET_AFTER_SILENCE
            return False
        return True


def sweep_everywhere() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id FROM accounts_with_expired_leases(%s)", [clock.now()])
        ids = [row[0] for row in cursor.fetchall()]
    for account in Account.objects.filter(pk__in=ids):
        sweep(account, clock.now())
