import signal
from typing import Any

from django.core.management.base import BaseCommand

from events.pump import Pump


class Command(BaseCommand):
    help = "Looks for due work and rings the workers; does the work itself when they don't answer. Run two."

    def handle(self, *args: Any, **options: Any) -> None:
        pump = Pump()

        def stop(*_: Any) -> None:
            pump.running = False

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        pump.run()
