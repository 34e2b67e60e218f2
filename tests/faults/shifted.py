"""The product's settings, in processes whose clock a test puts on: the file CLOCK_SHIFT says by how many seconds."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from config.settings import *  # noqa: F403
from tenancy import clock

SHIFT = Path(os.environ["CLOCK_SHIFT"])


def now() -> datetime:
    """As `clock.now`, with the shift on top of the machine's own clock."""
    return clock._frozen.get() or timezone.now() + timedelta(seconds=float(SHIFT.read_text()))


clock.now = now
