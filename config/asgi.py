"""The live process: streams of server-sent events, nothing else."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts.live import seat_of  # noqa: E402  (needs the apps)
from events.live import Live  # noqa: E402
from leads.live import kept_from  # noqa: E402

application = Live(seat_of, kept_from)
